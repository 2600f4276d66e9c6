/** What only a pod has: secrets, service accounts, volumes, Pod Security, credentials of its own. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/config/model.ts";
import { type Forge, startForge } from "../system/runner/git-fixture.ts";
import { JOB_IMAGE, makeNamespace } from "./cluster/index.ts";
import type { PodWorld } from "./pod-world.ts";

const completed = (code = 0) => ({ reason: "completed", exitCodes: [{ container: "test", code }] });
const shell = (script: string, more: JsonObject = {}) => ({ command: ["sh", "-c", script], ...more });
/** The kubelet cuts lines of this length. */
const CUT_AT = 16 * 1024;

/** Declares the tests. */
export function holdsForPods(of: () => PodWorld): void {
  const put = (kind: string, name: string, rest: object) =>
    of().cluster.admin.create(of().at(kind), { metadata: { name }, ...rest });

  describe("what a job brings along reaches its pod", () => {
    beforeAll(async () => {
      await put("secrets", "login", { stringData: { user: "admin-user", password: "correct horse battery" } });
      await put("configmaps", "settings", { data: { mode: "fast" } });
      await put("serviceaccounts", "builder", {});
    });

    it("secrets, config maps and empty volumes, shared with an init container of the job's", async () => {
      const volumeMounts = [
        { name: "login", mountPath: "/etc/login" },
        { name: "settings", mountPath: "/etc/settings" },
        { name: "shared", mountPath: "/shared" },
      ];
      const password = { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } };
      const { evidence, log } = await of().outcome({
        podSpec: {
          volumes: [
            { name: "login", secret: { secretName: "login" } },
            { name: "settings", configMap: { name: "settings" } },
            { name: "shared", emptyDir: {} },
          ],
          initContainers: [
            { name: "prepare", image: JOB_IMAGE, volumeMounts, ...shell("echo prepared > /shared/note; echo ready") },
          ],
          containers: [
            shell("cat /etc/login/user /etc/settings/mode /shared/note; echo $PASSWORD", {
              volumeMounts,
              env: [password],
            }),
          ],
        },
      });
      expect([evidence, log]).toEqual([
        expect.objectContaining(completed()),
        "[prepare] ready\nadmin-userfastprepared\ncorrect horse battery\n",
      ]);
    });

    it("a service account's token where the job names the account, and none where it does not", async () => {
      const look = "test -s /var/run/secrets/kubernetes.io/serviceaccount/token && echo token || echo none";
      const podSpec = { serviceAccountName: "builder", containers: [shell(look)] };
      expect((await of().outcome({ podSpec })).log).toBe("token\n");
      expect((await of().outcome({ podSpec: { containers: [shell(look)] } })).log).toBe("none\n");
    });

    it("the job's own credential is for our containers only", async () => {
      const { log } = await of().outcome({
        script: "ls -d /secrets 2>/dev/null || echo nothing; env | grep -ci token || true",
      });
      expect(log).toBe("nothing\n0\n");
    });

    it("several containers: one that fails while the other goes on, each with its memory, code and artifacts", async () => {
      const { evidence, artifacts } = await of().outcome({
        decoration: { default_memory_request: "32Mi" },
        podSpec: {
          containers: [
            { name: "one", ...shell('echo 1 > "$ARTIFACTS/one"; exit 4') },
            { name: "two", ...shell('sleep 2; echo 2 > "$ARTIFACTS/two"') },
          ],
        },
      });
      expect(evidence.exitCodes).toEqual([
        { container: "one", code: 4 },
        { container: "two", code: 0 },
      ]);
      expect([...artifacts.keys()].toSorted()).toEqual(["one", "two"]);
    });
  });

  describe("a private repository of a GitHub Enterprise", () => {
    let forge: Forge;
    beforeAll(async () => {
      forge = await startForge("ghs_of-this-job-alone", of().cluster.address);
    });
    afterAll(() => forge?.close());

    it("is cloned from its own address, with a token that only the clone container has and no log shows", async () => {
      const code = forge.createRepository("private", { "a.txt": "a\n" });
      const { evidence, log } = await of().outcome({
        gitBaseUrl: forge.url,
        cloneToken: "ghs_of-this-job-alone",
        refs: { org: "org", repo: "private", base_ref: "main", base_sha: code.base },
        script: "cat a.txt; git config --get remote.origin.url; grep -rs ghs_of /home/prow/go /secrets || echo clean",
      });
      expect(evidence).toMatchObject(completed());
      expect(log).toMatch(/^a\n[^]*clean\n$/);
      expect(JSON.stringify(evidence.cloneRecords)).not.toContain("ghs_of");
    });
  });

  describe("censor_secrets (design 10, Logs)", () => {
    const censored = { censor_secrets: true };
    const volumes = [{ name: "words", secret: { secretName: "words" } }];
    const volumeMounts = [{ name: "words", mountPath: "/etc/words" }];
    beforeAll(() =>
      put("secrets", "words", {
        stringData: { word: "open-sesame", key: "first line of it\nabcdefghijklmnopqrstu\n" },
      }),
    );

    it("values of files and variables, their base64, a key's lines, in the log and in artifacts", async () => {
      const script = `cat /etc/words/word; echo; echo "[$WORD]"; base64 < /etc/words/word; tail -n 1 /etc/words/key
cp /etc/words/word "$ARTIFACTS/copy"; echo "{\\"said\\":\\"$WORD\\"}" > "$ARTIFACTS/metadata.json"`;
      const env = [{ name: "WORD", valueFrom: { secretKeyRef: { name: "words", key: "word" } } }];
      const podSpec = { volumes, containers: [shell(script, { volumeMounts, env })] };
      const { evidence, log, artifacts } = await of().outcome({ podSpec, decoration: censored });
      const stars = (count: number) => "*".repeat(count);
      expect(log).toBe(`${stars(11)}\n[${stars(11)}]\n${stars(16)}\n${stars(21)}\n`);
      expect(artifacts.get("copy")).toBe(stars(11));
      expect([evidence.reason, evidence.metadata]).toEqual(["completed", { said: stars(11) }]);
    });

    it("one that the kubelet cuts in two, and one that comes in two writes", async () => {
      const filling = `head -c ${CUT_AT - 5} /dev/zero | tr '\\0' x`;
      const script = `${filling}; cat /etc/words/word; echo; printf open-; sleep 1; echo sesame`;
      const podSpec = { volumes, containers: [shell(script, { volumeMounts })] };
      const { log } = await of().outcome({ podSpec, decoration: censored });
      expect(log.replace(/^x+/, "")).toBe("***********\n***********\n");
    });

    it("without it the log is as it is", async () => {
      const podSpec = { volumes, containers: [shell("cat /etc/words/word", { volumeMounts })] };
      expect((await of().outcome({ podSpec })).log).toBe("open-sesame");
    });

    it("a secret that cannot be read fails the job before it starts, saying which; an optional one may be absent", async () => {
      const absent = (optional: boolean) => ({
        volumes: [{ name: "v", secret: { secretName: "absent", optional } }],
        containers: [shell("echo ran", { volumeMounts: [{ name: "v", mountPath: "/v" }] })],
      });
      const { evidence, log } = await of().outcome({ podSpec: absent(false), decoration: censored });
      expect(evidence).toMatchObject({ reason: "start-failed", message: expect.stringContaining('secret "absent"') });
      expect(log).not.toContain("ran");
      expect((await of().outcome({ podSpec: absent(true), decoration: censored })).log).toBe("ran\n");
    });
  });

  describe("Pod Security", () => {
    it("our containers comply with restricted where the job does", async () => {
      await makeNamespace(of().cluster, "restricted-pods", { "pod-security.kubernetes.io/enforce": "restricted" });
      const securityContext = {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      };
      const forge = await startForge(undefined, of().cluster.address);
      const code = forge.createRepository("code", { "a.txt": "a\n" });
      const { evidence, log, artifacts } = await of().outcome({
        namespace: "restricted-pods",
        decoration: { run_as_user: 1000, run_as_group: 1000, fs_group: 1000 },
        gitBaseUrl: forge.url,
        refs: { org: "org", repo: "code", base_ref: "main", base_sha: code.base },
        podSpec: {
          containers: [shell('id -u; git log --format=%s -1; echo 1 > "$ARTIFACTS/one"', { securityContext })],
        },
      });
      await forge.close();
      expect([evidence.reason, evidence.message, evidence.exitCodes]).toEqual([
        "completed",
        "",
        [{ container: "test", code: 0 }],
      ]);
      expect(log).toMatch(/^1000\n.+\n$/);
      expect(artifacts.get("one")).toBe("1\n");
    });
  });
}
