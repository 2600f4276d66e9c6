/** docs/kubernetes.md, followed literally on a cluster that has nothing yet: the runner as a Deployment, and a job through it. */
import { podViewOf } from "../../src/jobs/pod-info.ts";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { freePort } from "../../cli/local/system.ts";
import { eventually, type TestSystem, testSystem } from "../harness/system.ts";
import { type Cluster, JOB_IMAGE, RUNNER_IMAGE, startCluster } from "./cluster/index.ts";
import { useImage } from "./demo-config.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const HELLO = "cutwater-demo/hello";
const run = promisify(execFile);
let cluster: Cluster;
let system: TestSystem;
let folder: string;
/** Of the worker, as pods see it. */
let url: string;
let doc: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cutwater-install-"));
  doc = await readFile(path.join(ROOT, "docs/kubernetes.md"), "utf8");
  cluster = await startCluster();
  const port = await freePort(cluster.address);
  url = `http://${cluster.address}:${port}`;
  system = await testSystem({ host: cluster.address, port, capacity: 0 });
  await useImage(system, JOB_IMAGE);
  // As a clone of the repository would lie there, with the token that docs/deploy.md makes.
  await symlink(path.join(ROOT, "deploy"), path.join(folder, "deploy"));
  await writeFile(path.join(folder, "runner-token"), system.secrets.runner);
});
afterAll(async () => {
  if (system) await kubectl("delete", "namespace", "cutwater", "test-pods", "--ignore-not-found").catch(() => "");
  await system?.dispose();
  await cluster?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function shell(script: string, cwd = folder): Promise<string> {
  const env = {
    PATH: `${path.dirname(cluster.kubectl)}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    KUBECONFIG: cluster.kubeconfig,
    URL: url,
    IMAGE: RUNNER_IMAGE,
  };
  const { stdout } = await run("bash", ["--norc", "-euc", script], { cwd, env, timeout: 120_000 });
  return stdout;
}

const kubectl = (...args: string[]) => shell(`kubectl ${args.map((arg) => `'${arg}'`).join(" ")}`);

/** The first fenced block after some words of the doc. */
function blockAfter(words: string, language: string): string {
  const rest = doc.slice(doc.indexOf(words));
  const found = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(rest)?.[1];
  if (!doc.includes(words) || !found) throw new Error(`docs/kubernetes.md has no block after "${words}"`);
  return found;
}

describe("docs/kubernetes.md", () => {
  it("installs the runner with three commands", async () => {
    const commands = blockAfter("The tests run these three commands", "sh").trim().split("\n");
    expect(commands).toHaveLength(3);
    for (const command of commands) await shell(command);
    await kubectl("-n", "cutwater", "rollout", "status", "deployment/cutwater-runner", "--timeout=100s");
    await eventually("the runner says that it is connected", async () =>
      (await kubectl("-n", "cutwater", "logs", "deployment/cutwater-runner")).includes("connected by websocket"),
    );
  });

  let pull = 0;
  const ended = (context: string, seconds = 100) =>
    eventually(
      `${context} ends`,
      () => {
        const status = system.github.control.snapshot({ repo: HELLO, number: pull }).pull?.statuses[context];
        return status?.state === "pending" ? null : status;
      },
      seconds,
    );

  it("a pull request's job goes green through it, with log and artifacts", async () => {
    const files = { "docs/note.md": "a note\n" };
    const opened = await system.github.control.createPull({ repo: HELLO, as: "ben", title: "Run in a pod", files });
    pull = opened.number;
    const done = await ended("pull-hello-unit");
    const log = await (await fetch(`${done.url}/log`)).text();
    expect([done.state, log]).toEqual(["success", expect.stringContaining("greets the world")]);
    const list = (await (await fetch(`${done.url}/artifacts/`)).json()) as { artifacts: { path: string }[] };
    expect(list.artifacts.some((artifact) => artifact.path.endsWith(".xml"))).toBe(true);
    const info = podViewOf(await (await fetch(`${done.url}/artifacts/podinfo.json`)).text());
    expect(info?.containers.map(({ name }) => name)).toContain("test");
    expect(info?.events.map(({ reason }) => reason)).toContain("Started");
  });

  it("a job's preset brings variables and secrets, and with censor_secrets none of them shows", async () => {
    await kubectl("-n", "test-pods", "create", "secret", "generic", "words", "--from-literal=word=xyzzy-plugh");
    system.say(HELLO, pull, "ben", "/test pull-hello-words");
    const done = await ended("pull-hello-words");
    const read = async (what: string) => await (await fetch(`${done.url}/${what}`)).text();
    expect([done.state, await read("log")]).toEqual(["success", "a preset: ***********, ***********.\n"]);
    expect(await read("artifacts/artifacts/word")).toBe("***********");
  });

  it("a runner whose pod goes is replaced: its job starts anew, and what it left in the cluster is removed", async () => {
    const pods = async () => (await kubectl("-n", "test-pods", "get", "pods", "-o", "name")).trim().split("\n");
    await eventually("the pods of ended jobs are gone", async () => (await pods()).join("") === "");
    system.say(HELLO, pull, "ben", "/test pull-hello-slow");
    const begun = async () => {
      const { url: page = "" } =
        system.github.control.snapshot({ repo: HELLO, number: pull }).pull?.statuses["pull-hello-slow"] ?? {};
      return page !== "" && (await (await fetch(`${page}/log`)).text()).includes("begun");
    };
    await eventually("it has begun", begun);
    const [first = ""] = await pods();
    await kubectl("-n", "cutwater", "delete", "pod", "-l", "app.kubernetes.io/name=cutwater-runner");
    const done = await ended("pull-hello-slow", 200);
    expect([done.state, await (await fetch(`${done.url}/log`)).text()]).toEqual(["success", "begun\ndone\n"]);
    await eventually(`${first} is removed`, async () => !(await pods()).includes(first), 100);
  }, 400_000);

  it("gives the runner the rights that it names, and no other", async () => {
    const can = async (verb: string, what: string, namespace: string) => {
      const [resource, subresource = ""] = what.split("/");
      const as = `--subresource=${subresource} --as=system:serviceaccount:cutwater:cutwater-runner`;
      const said = await shell(`kubectl auth can-i ${verb} ${resource} -n ${namespace} ${as} || true`);
      return said.trim() === "yes";
    };
    const rights: [string, string, string][] = [
      ...["create", "get", "list", "watch", "patch", "delete"].map((verb): [string, string, string] => [
        verb,
        "pods",
        "test-pods",
      ]),
      ["get", "pods/log", "test-pods"],
      ["create", "secrets", "test-pods"],
      ["get", "secrets", "test-pods"],
      ["get", "pods", "cutwater"],
    ];
    const others: [string, string, string][] = [
      ["list", "secrets", "test-pods"],
      ["delete", "secrets", "test-pods"],
      ["patch", "secrets", "test-pods"],
      ["create", "pods/exec", "test-pods"],
      ["deletecollection", "pods", "test-pods"],
      ["get", "secrets", "cutwater"],
      ["delete", "pods", "cutwater"],
      ["list", "pods", "cutwater"],
      ["list", "pods", "default"],
      ["create", "pods", "default"],
      ["get", "nodes", "default"],
    ];
    const held = await Promise.all([...rights, ...others].map((right) => can(...right)));
    expect([...rights, ...others].filter((_, index) => held[index])).toEqual(rights);
  });

  it("Pod Security holds what it says: no root and no privilege next to the runner", async () => {
    const privileged = { containers: [{ name: "c", image: JOB_IMAGE, securityContext: { privileged: true } }] };
    await expect(
      cluster.admin.create("/api/v1/namespaces/cutwater/pods", { metadata: { name: "root" }, spec: privileged }),
    ).rejects.toThrow(/violates PodSecurity .*restricted/);
  });

  it("has a kustomization that the API server takes, with both components", async () => {
    const text = blockAfter("Keep it as code", "yaml");
    await mkdir(path.join(folder, "mine"));
    await symlink(ROOT, path.join(folder, "cutwater"));
    await writeFile(path.join(folder, "mine/kustomization.yaml"), text);
    const built = await shell("kubectl kustomize", path.join(folder, "mine"));
    const objects = built.split("\n---\n").map((one): { kind: string; spec?: object } => parse(one));
    expect(objects.map(({ kind }) => kind).toSorted()).toEqual([
      "Deployment",
      "Namespace",
      "Namespace",
      "NetworkPolicy",
      "NetworkPolicy",
      "PersistentVolumeClaim",
      "Role",
      "Role",
      "Role",
      "RoleBinding",
      "RoleBinding",
      "RoleBinding",
      "ServiceAccount",
    ]);
    expect(objects.find(({ kind }) => kind === "Deployment")).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                image: "registry.example.com/cutwater-runner:1",
                env: expect.arrayContaining([{ name: "CUTWATER_CLUSTER", value: "my-cluster" }]),
              },
            ],
            volumes: expect.arrayContaining([
              { name: "work", persistentVolumeClaim: { claimName: "cutwater-runner" } },
            ]),
          },
        },
      },
    });
    const applied = await shell("kubectl apply --dry-run=server -k .", path.join(folder, "mine"));
    expect(applied).toContain("networkpolicy.networking.k8s.io/cutwater-jobs created (server dry run)");
  });
});
