/** Every job of kubernetes/test-infra as a ProwJob and as a pod (spec jobs 1.8, 2.1, 2.2, 6.1, 6.2), judged by its YAML. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Loaded } from "../../../src/config/load.ts";
import { durationSeconds } from "../../../src/config/values.ts";
import { podDocument } from "../../../src/jobs/pod/document.ts";
import type { Pod } from "../../../src/jobs/pod/index.ts";
import {
  everyJob,
  loadKubernetes,
  type MadeJob,
  rawJobFiles,
  rawProwConfig,
  SHA,
} from "../../harness/kubernetes-config.ts";

interface Named {
  readonly name?: string;
  readonly [key: string]: unknown;
}
interface Container extends Named {
  readonly env?: readonly Named[];
  readonly volumeMounts?: readonly Named[];
}
interface RawJob {
  readonly name: string;
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly max_concurrency?: number;
  readonly cluster?: string;
  readonly skip_report?: boolean;
  readonly optional?: boolean;
  readonly decoration_config?: { readonly timeout?: string; readonly grace_period?: string };
  readonly extra_refs?: readonly { readonly org: string; readonly repo: string; readonly base_ref: string }[];
  readonly spec?: {
    readonly containers: readonly Container[];
    readonly volumes?: readonly Named[];
    readonly [key: string]: unknown;
  };
}
interface RawPreset {
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly Named[] | null;
  readonly volumes?: readonly Named[];
  readonly volumeMounts?: readonly Named[];
}
interface RawFile {
  readonly presets?: readonly RawPreset[];
  readonly presubmits?: Readonly<Record<string, readonly RawJob[]>>;
  readonly postsubmits?: Readonly<Record<string, readonly RawJob[]>>;
  readonly periodics?: readonly RawJob[];
}

interface Case extends MadeJob {
  readonly raw: RawJob;
  readonly pod: Pod;
  /** Those whose every label the job has, as the spec says (jobs 1.8). */
  readonly presets: readonly RawPreset[];
}

let cases: Case[] = [];
let presets: RawPreset[] = [];

beforeAll(async () => {
  const loaded: Loaded = await loadKubernetes();
  const files = rawJobFiles().map(({ name, file }) => ({ name, file: file as RawFile }));
  presets = [rawProwConfig() as RawFile, ...files.map(({ file }) => file)].flatMap((file) => file.presets ?? []);
  const lists = new Map<string, RawJob[]>();
  for (const { name, file } of files) {
    const put = (key: string, jobs: readonly RawJob[]) => lists.set(key, [...(lists.get(key) ?? []), ...jobs]);
    for (const [repo, jobs] of Object.entries(file.presubmits ?? {})) put(`${name} presubmit ${repo}`, jobs);
    for (const [repo, jobs] of Object.entries(file.postsubmits ?? {})) put(`${name} postsubmit ${repo}`, jobs);
    put(`${name} periodic `, file.periodics ?? []);
  }
  const options = {
    buildId: "1900000000000000001",
    image: "runner:1",
    workerUrl: "https://prow.example.org",
    gitBaseUrl: "https://github.com",
  };
  for (const made of await everyJob(loaded)) {
    const { found } = made;
    const repo = found.type === "periodic" ? "" : `${found.org}/${found.repo}`;
    const raw = lists.get(`${found.job.source.path} ${found.type} ${repo}`)?.shift();
    if (!raw) throw new Error(`${found.job.name}: no job of YAML stands behind it`);
    cases.push({ ...made, raw, pod: podDocument(made.prowjob, options), presets: presetsOf({ raw }) });
  }
  const left = [...lists].filter(([, jobs]) => jobs.length > 0).map(([key]) => key);
  expect(left).toEqual([]);
}, 90_000);

/** Where a rule fails, by job: an empty list is what every rule wants. */
const failing = (rule: (one: Case) => boolean): string[] =>
  cases.filter((one) => !rule(one)).map(({ found }) => `${found.type} ${found.job.name}`);

const testContainers = (pod: Pod): readonly Container[] => pod.spec.containers;
const envOf = (container: Container | undefined): Map<string, unknown> =>
  new Map((container?.env ?? []).map(({ name, value }) => [name ?? "", value]));
const text = (value: unknown): string => (typeof value === "string" ? value : String(value));
const has = (list: readonly Named[] | undefined, wanted: Named): boolean =>
  (list ?? []).some((one) =>
    Object.entries(wanted).every(([key, value]) => JSON.stringify(one[key]) === JSON.stringify(value)),
  );

const presetsOf = ({ raw }: Pick<Case, "raw">): RawPreset[] =>
  presets.filter(({ labels = {} }) =>
    Object.entries(labels).every(([key, value]) => text(raw.labels?.[key] ?? "") === text(value)),
  );

describe("every job of kubernetes/test-infra", () => {
  it("has a ProwJob and a pod (jobs 7.3: test-infra#13706)", () => {
    expect(cases.length).toBeGreaterThan(3_000);
    expect(failing(({ raw, found }) => raw.name === found.job.name)).toEqual([]);
    expect(new Set(cases.map(({ prowjob }) => prowjob.metadata.name)).size).toBe(cases.length);
  });

  it("labels: Prow's own, then the job's, cut to what Kubernetes takes; the same on the pod with id and build id", () => {
    const label = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
    expect(
      failing(({ prowjob, pod, raw, found }) => {
        const { labels, name } = prowjob.metadata;
        const [main] = found.type === "periodic" ? (raw.extra_refs ?? []) : [found];
        const own = Object.entries(raw.labels ?? {}).every(([key, value]) => labels[key] === text(value));
        return (
          own &&
          labels["created-by-prow"] === "true" &&
          labels["prow.k8s.io/type"] === found.type &&
          raw.name.startsWith(labels["prow.k8s.io/job"] ?? "?") &&
          labels["prow.k8s.io/refs.org"] === (raw.labels?.["prow.k8s.io/refs.org"] ?? main?.org) &&
          labels["prow.k8s.io/refs.repo"] === (raw.labels?.["prow.k8s.io/refs.repo"] ?? main?.repo) &&
          labels["prow.k8s.io/refs.pull"] === (found.type === "presubmit" ? "42" : undefined) &&
          labels["prow.k8s.io/is-optional"] ===
            (found.type === "presubmit" ? String(raw.optional ?? false) : undefined) &&
          Object.values(pod.metadata.labels).every((value) => label.test(value)) &&
          Object.entries(labels).every(([key, value]) => pod.metadata.labels[key] === value) &&
          pod.metadata.labels["prow.k8s.io/id"] === name &&
          pod.metadata.labels["prow.k8s.io/build-id"] === "1900000000000000001" &&
          pod.metadata.name === name
        );
      }),
    ).toEqual([]);
  });

  it("annotations: the full name and context, and the job's own, on both", () => {
    expect(
      failing(({ prowjob, pod, raw }) => {
        const { annotations } = prowjob.metadata;
        return (
          annotations["prow.k8s.io/job"] === raw.name &&
          annotations["prow.k8s.io/context"] === (prowjob.spec.context ?? "") &&
          Object.entries(raw.annotations ?? {}).every(([key, value]) => annotations[key] === text(value)) &&
          JSON.stringify(pod.metadata.annotations) === JSON.stringify(annotations)
        );
      }),
    ).toEqual([]);
  });

  it("spec: type, cluster, report, concurrency, refs and extra refs", () => {
    expect(
      failing(({ prowjob: { spec }, raw, found, refs }) => {
        const extra = (spec.extra_refs ?? []).map(({ org, repo, base_ref }) => `${org}/${repo}@${base_ref ?? ""}`);
        const wanted = (raw.extra_refs ?? []).map(({ org, repo, base_ref }) => `${org}/${repo}@${text(base_ref)}`);
        return (
          spec.type === found.type &&
          spec.cluster === (raw.cluster ?? "default") &&
          spec.report === (found.type === "periodic" || !(raw.skip_report ?? false)) &&
          (spec.max_concurrency ?? 0) === (raw.max_concurrency ?? 0) &&
          spec.refs?.org === refs?.org &&
          spec.refs?.base_sha === refs?.base_sha &&
          JSON.stringify(extra) === JSON.stringify(wanted)
        );
      }),
    ).toEqual([]);
  });

  it("environment: every variable of the spec, with the job's last word over the container's", () => {
    expect(
      failing(({ pod, prowjob, found }) => {
        return testContainers(pod).every((container) => {
          const env = envOf(container);
          const spec = JSON.parse(text(env.get("JOB_SPEC"))) as Record<string, unknown>;
          const repository = found.type === "periodic" ? undefined : found;
          const pull = found.type === "presubmit" ? "42" : undefined;
          return (
            env.get("CI") === "true" &&
            env.get("JOB_NAME") === found.job.name &&
            env.get("JOB_TYPE") === found.type &&
            env.get("BUILD_ID") === "1900000000000000001" &&
            env.get("BUILD_NUMBER") === "1900000000000000001" &&
            env.get("PROW_JOB_ID") === prowjob.metadata.name &&
            env.get("ARTIFACTS") === "/logs/artifacts" &&
            env.get("GOPATH") === "/home/prow/go" &&
            env.get("REPO_OWNER") === repository?.org &&
            env.get("REPO_NAME") === repository?.repo &&
            env.get("PULL_BASE_SHA") === (repository ? SHA.base : undefined) &&
            env.get("PULL_NUMBER") === pull &&
            env.get("PULL_PULL_SHA") === (pull ? SHA.head : undefined) &&
            env.get("PULL_REFS") ===
              (pull ? `main:${SHA.base},42:${SHA.head}` : repository ? `main:${SHA.base}` : undefined) &&
            spec["job"] === found.job.name &&
            spec["prowjobid"] === prowjob.metadata.name &&
            (spec["refs"] === undefined) === (found.type === "periodic")
          );
        });
      }),
    ).toEqual([]);
  });

  it("containers: image, command, arguments and resources as they were written; a single one is named test", () => {
    const kept = ["image", "command", "args", "resources", "securityContext", "ports", "livenessProbe"] as const;
    expect(
      failing(({ pod, raw }) => {
        const ours = testContainers(pod);
        const theirs = raw.spec?.containers ?? [];
        return (
          ours.length === theirs.length &&
          theirs.every((container, at) =>
            kept.every((key) => JSON.stringify(ours[at]?.[key]) === JSON.stringify(container[key])),
          ) &&
          (theirs.length > 1 || ours[0]?.name === "test")
        );
      }),
    ).toEqual([]);
  });

  it("presets: variables, volumes and mounts of every preset whose labels the job has, and nothing of others", () => {
    expect(cases.filter((one) => one.presets.length > 0).length).toBeGreaterThan(1_000);
    expect(
      failing((one) => {
        const { pod } = one;
        return one.presets.every(({ env, volumes = [], volumeMounts = [] }) =>
          testContainers(pod).every(
            (container) =>
              (env ?? []).every(({ name }) => container.env?.some((variable) => variable.name === name)) &&
              volumeMounts.every((mount) => has(container.volumeMounts, mount)) &&
              volumes.every((volume) => has(pod.spec["volumes"] as readonly Named[], volume)),
          ),
        );
      }),
    ).toEqual([]);
    expect(
      failing((one) => {
        const selected = one.presets.flatMap(({ volumes = [] }) => volumes);
        const written = one.raw.spec?.volumes ?? [];
        const ours = ["logs", "code", "clonerefs-tmp", "cutwater-credentials"];
        return (one.pod.spec["volumes"] as readonly Named[]).every(
          ({ name }) => [...selected, ...written].some((volume) => volume.name === name) || ours.includes(name ?? ""),
        );
      }),
    ).toEqual([]);
  });

  it("secrets: every volume and mount that the job names is there, and every mount has its volume", () => {
    const secrets = cases.flatMap(({ raw }) => (raw.spec?.volumes ?? []).filter((volume) => "secret" in volume));
    expect(secrets.length).toBeGreaterThan(20);
    expect(
      failing(({ pod, raw }) => {
        const volumes = pod.spec["volumes"] as readonly Named[];
        const names = new Set(volumes.map(({ name }) => name));
        const inits = (pod.spec["initContainers"] ?? []) as readonly Container[];
        return (
          (raw.spec?.volumes ?? []).every((volume) => has(volumes, volume)) &&
          names.size === volumes.length &&
          (raw.spec?.containers ?? []).every((container, at) =>
            (container.volumeMounts ?? []).every((mount) => has(testContainers(pod)[at]?.volumeMounts, mount)),
          ) &&
          [...testContainers(pod), ...inits].every((container) =>
            (container.volumeMounts ?? []).every(({ name }) => names.has(name)),
          )
        );
      }),
    ).toEqual([]);
  });

  it("timeouts: the job's own or the default; the deadline lies above them, the grace period holds 5/4", () => {
    expect(
      failing(({ pod, prowjob, raw }) => {
        const decoration = prowjob.spec.decoration_config ?? {};
        const seconds = (value: unknown): number => durationSeconds(text(value)) ?? Number.NaN;
        const timeout = seconds(decoration["timeout"]);
        const grace = seconds(decoration["grace_period"] ?? "15s");
        const own = raw.decoration_config ?? {};
        return (
          (own.timeout === undefined || timeout === seconds(own.timeout)) &&
          (own.grace_period === undefined || grace === seconds(own.grace_period)) &&
          Number(pod.spec["activeDeadlineSeconds"]) > timeout + grace &&
          Number(pod.spec["terminationGracePeriodSeconds"]) >= Math.floor((grace * 5) / 4)
        );
      }),
    ).toEqual([]);
  });

  it("decoration: a clone first where there is something to clone, the sidecar last, never restarted", () => {
    expect(
      failing(({ pod, prowjob: { spec } }) => {
        const inits = (pod.spec["initContainers"] ?? []) as readonly Container[];
        const cloned = spec.decoration_config?.["skip_cloning"] !== true && (spec.refs ?? spec.extra_refs?.[0]);
        return (
          pod.spec["restartPolicy"] === "Never" &&
          (inits[0]?.name === "clonerefs") === Boolean(cloned) &&
          inits.at(-1)?.name === "sidecar" &&
          inits.at(-1)?.["restartPolicy"] === "Always"
        );
      }),
    ).toEqual([]);
  });
});
