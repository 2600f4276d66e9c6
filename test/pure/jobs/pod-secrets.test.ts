/** Which secrets a pod sees, and what of the sidecar follows (design 10, Logs). */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/config/model.ts";
import { podOf, secretsOf } from "../../../src/jobs/pod/index.ts";
import { assignmentOf } from "../../system/runner/assignment.ts";

const secretVolume = { name: "v", secret: { secretName: "mounted" } };
const fromKey = { name: "E", valueFrom: { secretKeyRef: { name: "in-env", key: "k" } } };

describe("secrets that a job sees", () => {
  it.each<[string, JsonObject, { name: string; optional: boolean }[]]>([
    ["a volume", { volumes: [secretVolume], containers: [] }, [{ name: "mounted", optional: false }]],
    [
      "a projected volume, beside what is no secret",
      {
        volumes: [
          {
            name: "p",
            projected: { sources: [{ configMap: { name: "c" } }, { secret: { name: "projected", optional: true } }] },
          },
        ],
        containers: [],
      },
      [{ name: "projected", optional: true }],
    ],
    ["a variable", { containers: [{ env: [fromKey] }] }, [{ name: "in-env", optional: false }]],
    [
      "all of a secret as variables, also of an init container",
      {
        initContainers: [{ envFrom: [{ secretRef: { name: "of-init" } }] }],
        containers: [{ envFrom: [{ configMapRef: { name: "c" } }, { secretRef: { name: "all", optional: true } }] }],
      },
      [
        { name: "of-init", optional: false },
        { name: "all", optional: true },
      ],
    ],
    [
      "once each; needed somewhere is needed",
      {
        volumes: [{ name: "v", secret: { secretName: "s", optional: true } }],
        containers: [{ env: [{ name: "E", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] }],
      },
      [{ name: "s", optional: false }],
    ],
    ["none", { volumes: [{ name: "e", emptyDir: {} }], containers: [{ env: [{ name: "A", value: "b" }] }] }, []],
  ])("%s", (_, pod, expected) => expect(secretsOf(pod)).toEqual(expected));
});

describe("the sidecar's own view of them", () => {
  const podWith = (decoration: JsonObject) => {
    const { prowjob } = assignmentOf({
      decoration,
      podSpec: { volumes: [secretVolume], containers: [{ image: "i", env: [fromKey] }] },
    });
    return podOf(prowjob, {
      name: "p",
      job: "j",
      buildId: "1",
      env: {},
      image: "ours",
      secret: "p-cutwater",
      workerUrl: "http://w",
      gitBaseUrl: "http://g",
      graceSeconds: 15,
      deadlineSeconds: 60,
    });
  };
  const sidecarOf = (decoration: JsonObject) => {
    const containers = podWith(decoration).spec["initContainers"] as { name: string; env: object[] }[];
    return containers.find(({ name }) => name === "sidecar");
  };

  it("with censor_secrets each secret is mounted in the sidecar, those of variables too", () => {
    const decoration = { censor_secrets: true, censoring_options: { minimum_secret_length: 4 } };
    expect(sidecarOf(decoration)).toMatchObject({
      env: expect.arrayContaining([
        { name: "CENSOR_DIRECTORIES", value: '["/secrets/censor/0","/secrets/censor/1"]' },
        { name: "MINIMUM_SECRET_LENGTH", value: "4" },
      ]),
      volumeMounts: expect.arrayContaining([
        { name: "cutwater-censor-0", mountPath: "/secrets/censor/0", readOnly: true },
        { name: "cutwater-censor-1", mountPath: "/secrets/censor/1", readOnly: true },
      ]),
    });
    expect(podWith(decoration).spec["volumes"]).toEqual(
      expect.arrayContaining([{ name: "cutwater-censor-1", secret: { secretName: "in-env", defaultMode: 0o444 } }]),
    );
  });

  it("without it nothing is mounted, and no container of the user's ever sees our volumes", () => {
    expect(JSON.stringify(sidecarOf({}))).not.toContain("censor");
    const user = podWith({ censor_secrets: true }).spec.containers;
    expect(JSON.stringify(user)).not.toMatch(/cutwater-(?:censor|credentials)/);
  });

  it("run_as_user, run_as_group and fs_group hold together", () =>
    expect(podWith({ run_as_user: 1000, run_as_group: 1001, fs_group: 1002 }).spec["securityContext"]).toEqual({
      runAsUser: 1000,
      runAsGroup: 1001,
      fsGroup: 1002,
    }));

  it("a pod has no finalizers, so nothing of ours can keep it from going (jobs 7.3: test-infra#19014, #19015, #26611, #27704)", () => {
    expect(podWith({}).metadata).not.toHaveProperty("finalizers");
  });
});
