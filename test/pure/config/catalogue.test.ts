/** Prow's catalogue of faults (spec jobs 1.9), row by row: each is an error at the load, with its file and line. */
import { describe, expect, it } from "vitest";
import { load, periodic, presubmit, PROW, said, SPEC, type Texts } from "./fixtures.ts";

type Row = readonly [condition: string, texts: Texts, message: RegExp];

const job = (fields: string): Texts => ({ jobs: { "j.yaml": `presubmits: { acme/ship: [{ name: a, ${fields} }] }` } });
const plain = (fields: string): Texts => job(`${fields}, ${SPEC}`);
const decorated = (fields: string): Texts => job(`decorate: true, ${fields}, ${SPEC}`);
const pod = (fields: string): Texts => job(`decorate: true, spec: { ${fields} }`);
const container = (fields: string): Texts => pod(`containers: [{ image: i, command: [make], ${fields} }]`);
const one = "containers: [{ image: i, command: [make] }]";
const prow = (text: string): Texts => ({ prow: `${PROW}${text}` });

const NAMED: readonly Row[] = [
  ["name: no match", { jobs: { "j.yaml": `presubmits: { acme/ship: [{ name: a b, ${SPEC} }] }` } }, /must match/],
  ["numbers: max_concurrency", plain("max_concurrency: -1"), /must not be negative/],
  ["numbers: a controller's max_concurrency", { prow: "plank: { max_concurrency: -1 }" }, /negative/],
  ["labels: reserved type", plain("labels: { prow.k8s.io/type: x }"), /reserved/],
  ["labels: reserved created-by-prow", plain("labels: { created-by-prow: x }"), /reserved/],
  ["labels: reserved id", plain("labels: { prow.k8s.io/id: x }"), /reserved/],
  ["labels: no qualified name", plain("labels: { a b: x }"), /no label name/],
  ["labels: no value", plain("labels: { a: -x }"), /no label value/],
  ["labels: a value of 64 characters", plain(`labels: { a: ${"x".repeat(64)} }`), /no label value/],
  ["annotations: no qualified name", plain("annotations: { a b: x }"), /no annotation name/],
  ["queue: not in job_queue_capacities", plain("job_queue_name: light"), /not in plank.job_queue_capacities/],
];

const AGENT: readonly Row[] = [
  ["a spec with another agent", plain("agent: jenkins"), /needs agent kubernetes, not jenkins/],
  ["kubernetes without a spec", job("always_run: true"), /needs a pod spec/],
  ["pipeline_run_spec", plain("pipeline_run_spec: {}"), /is for Tekton, which is not run here/],
  [
    "tekton_pipeline_run_spec",
    plain("tekton_pipeline_run_spec: { v1beta1: {} }"),
    /is for Tekton, which is not run here/,
  ],
  ["tekton-pipeline", job("agent: tekton-pipeline"), /tekton-pipeline is not run here: use agent kubernetes/],
  [
    "tekton-pipeline with its spec",
    job("agent: tekton-pipeline, tekton_pipeline_run_spec: { v1beta1: {} }"),
    /use agent kubernetes, with a pod as spec, or jenkins/,
  ],
  [
    "decoration_config with another agent",
    job("agent: jenkins, decoration_config: { timeout: 1h }"),
    /can be decorated/,
  ],
  ["error_on_eviction with another agent", job("agent: jenkins, error_on_eviction: true"), /for agent kubernetes only/],
  ["a namespace other than pod_namespace", plain("namespace: other"), /must be pod_namespace/],
];

const POD: readonly Row[] = [
  ["an init container that ends", pod(`initContainers: [{ name: x, image: i }], ${one}`), /native sidecars/],
  ["no containers", pod("containers: []"), /at least one container/],
  [
    "several containers without decoration",
    job("spec: { containers: [{ name: a, image: i }, { name: b, image: i }] }"),
    /needs decorate: true/,
  ],
  [
    "several, one unnamed",
    pod("containers: [{ image: i, command: [c] }, { name: b, image: i, command: [c] }]"),
    /needs a name/,
  ],
  [
    "several of one name",
    pod("containers: [{ name: b, image: i, command: [c] }, { name: b, image: i, command: [c] }]"),
    /two containers are named b/,
  ],
  ...["clonerefs", "initupload", "place-entrypoint", "sidecar"].map(
    (name): Row => [
      `the reserved container name ${name}`,
      pod(`containers: [{ name: ${name}, image: i, command: [c] }, { name: b, image: i, command: [c] }]`),
      /reserved for decoration/,
    ],
  ),
  ["env: a variable twice", container("env: [{ name: A, value: x }, { name: A, value: y }]"), /A is set twice/],
  ["env: reserved", container("env: [{ name: PULL_NUMBER, value: x }]"), /PULL_NUMBER is reserved/],
  [
    "env: reserved in a periodic",
    { jobs: { "j.yaml": periodic("interval: 1h").replace("image: i", "image: i, env: [{ name: CI, value: x }]") } },
    /CI is reserved/,
  ],
  ["volumes: one name twice", pod(`volumes: [{ name: v }, { name: v }], ${one}`), /two volumes are named v/],
  ...["logs", "code", "tools", "gcs-credentials", "s3-credentials"].map(
    (name): Row => [`volumes: reserved ${name}`, pod(`volumes: [{ name: ${name} }], ${one}`), /is reserved/],
  ),
  [
    "volumes: the name of the oauth secret",
    job(
      `decorate: true, decoration_config: { oauth_token_secret: { name: o, key: k } }, spec: { volumes: [{ name: o }], ${one} }`,
    ),
    /o is reserved/,
  ],
  [
    "volumes: the name of an ssh secret",
    job(`decorate: true, decoration_config: { ssh_key_secrets: [s] }, spec: { volumes: [{ name: s }], ${one} }`),
    /s is reserved/,
  ],
  ["mounts: an undefined volume", container("volumeMounts: [{ name: v, mountPath: /v }]"), /v, which is not defined/],
  ...["logs", "code", "tools"].map(
    (name): Row => [
      `mounts: named ${name}`,
      container(`volumeMounts: [{ name: ${name}, mountPath: /v }]`),
      /is reserved/,
    ],
  ),
  ...["/logs", "/home/prow/go", "/tools"].map(
    (path): Row => [
      `mounts: at ${path}`,
      pod(
        `volumes: [{ name: v }], containers: [{ image: i, command: [c], volumeMounts: [{ name: v, mountPath: ${path} }] }]`,
      ),
      /path \S+ is reserved/,
    ],
  ),
];

const bare = { prow: "{}" };
const storage = (fields: string): Texts =>
  decorated(`decoration_config: { gcs_configuration: { bucket: b, path_strategy: explicit, ${fields} } }`);
const DECORATION: readonly Row[] = [
  [
    "images missing",
    { ...decorated("optional: true"), ...bare },
    /lacks the images clonerefs, initupload, entrypoint, sidecar/,
  ],
  ["no gcs configuration", { ...decorated("optional: true"), ...bare }, /lacks gcs_configuration/],
  ["a bad bucket", decorated("decoration_config: { gcs_configuration: { bucket: 'a://%zz' } }"), /bucket/],
  ["a bad media type", storage("mediaTypes: { log: 'no type' }"), /no type|media/i],
  [
    "a bad path strategy",
    decorated("decoration_config: { gcs_configuration: { path_strategy: best } }"),
    /path_strategy/,
  ],
  [
    "no default org",
    decorated("decoration_config: { gcs_configuration: { path_strategy: single } }"),
    /default_org|default_repo/,
  ],
  [
    "oauth beside ssh",
    decorated("decoration_config: { oauth_token_secret: { name: o, key: k }, ssh_key_secrets: [s] }"),
    /excludes ssh_key_secrets/,
  ],
  ["neither command nor args", pod("containers: [{ image: i }]"), /needs a command or args/],
  ["an empty first word", pod("containers: [{ image: i, command: [''] }]"), /needs a command or args/],
  ["clone_uri: no URL", plain("clone_uri: 'https://ship:x'"), /is no URL/],
  [
    "clone_uri: not http with oauth",
    decorated("clone_uri: 'git@ship:x', decoration_config: { oauth_token_secret: { name: o, key: k } }"),
    /must begin with http/,
  ],
];

const TRIGGERING: readonly Row[] = [
  ["always_run with run_if_changed", plain("always_run: true, run_if_changed: x"), /excludes run_if_changed/],
  ["always_run with skip_if_only_changed", plain("always_run: true, skip_if_only_changed: x"), /skip_if_only_changed/],
  ["both matchers", plain("run_if_changed: x, skip_if_only_changed: x"), /excludes skip_if_only_changed/],
  ["trigger alone", plain("trigger: x"), /needs the other/],
  ["rerun_command alone", plain("rerun_command: x"), /needs the other/],
  ["a rerun_command that does not match", plain("trigger: ^x$, rerun_command: y"), /does not match the trigger/],
  ...["run_if_changed: '('", "skip_if_only_changed: '('", "branches: ['(']", "skip_branches: ['(']"].map(
    (field): Row => [`no regular expression: ${field}`, plain(field), /no regular expression/],
  ),
  ["no regular expression: trigger", plain("trigger: '(', rerun_command: x"), /no regular expression/],
  [
    "reporting: skip_report with Gerrit's label",
    plain("skip_report: true, labels: { prow.k8s.io/gerrit-report-label: x }"),
    /excludes the label/,
  ],
  [
    "rerun auth: allow_anyone and a list",
    plain("rerun_auth_config: { allow_anyone: true, github_users: [a] }"),
    /allow_anyone/,
  ],
];

const two = (first: string, second: string): Texts => ({
  jobs: { "j.yaml": `presubmits: { acme/ship: [{ name: a, ${first}, ${SPEC} }, { ${second}, ${SPEC} }] }` },
});
const TOGETHER: readonly Row[] = [
  ["one name on branches that meet", two("branches: [main]", "name: a"), /of that name for the same branch/],
  ["one context on branches that meet", two("context: c", "name: b, context: c"), /reports to the context c/],
  [
    "one postsubmit's name on branches that meet",
    { jobs: { "j.yaml": `postsubmits: { acme/ship: [{ name: a, ${SPEC} }, { name: a, ${SPEC} }] }` } },
    /of that name for the same branch/,
  ],
  [
    "periodics of one name in two files",
    { jobs: { "a.yaml": periodic("interval: 1h"), "b.yaml": periodic("cron: '@daily'") } },
    /nightly/,
  ],
  ["a periodic without a clock", { jobs: { "j.yaml": periodic("optional: true") } }, /exactly one of/],
  [
    "a periodic with two clocks",
    { jobs: { "j.yaml": periodic("interval: 1h\nminimum_interval: 1h") } },
    /exactly one of/,
  ],
  ["a periodic's cron", { jobs: { "j.yaml": periodic("cron: 61 * * * *") } }, /no cron line/],
  ["a periodic's interval", { jobs: { "j.yaml": periodic("interval: often") } }, /must be a duration/],
];

const SECTIONS: readonly Row[] = [
  ["spyglass: size_limit", prow("deck: { spyglass: { size_limit: -1 } }"), /negative/],
  [
    "spyglass: a regular expression",
    prow("deck: { spyglass: { lenses: [{ required_files: ['('], lens: { name: l } }] } }"),
    /regular expression/,
  ],
  [
    "spyglass: gcs_browser_prefix beside the map's *",
    prow("deck: { spyglass: { gcs_browser_prefix: p, gcs_browser_prefixes: { '*': q } } }"),
    /gcs_browser_prefix/,
  ],
  ["slack: no channel", prow("slack_reporter_configs: { '*': { report_template: x } }"), /channel/],
  ["slack: a template", prow("slack_reporter_configs: { '*': { channel: c, report_template: '{{' } }"), /template/],
  [
    "gangway: a client without gcp",
    prow("gangway: { allowed_api_clients: [{ allowed_jobs_filters: [{ tenant_id: t }] }] }"),
    /needs gcp/,
  ],
  [
    "gangway: a type other than PROJECT",
    prow(
      "gangway: { allowed_api_clients: [{ gcp: { endpoint_api_consumer_type: FOLDER, endpoint_api_consumer_number: '1' }, allowed_jobs_filters: [{ tenant_id: t }] }] }",
    ),
    /must be PROJECT/,
  ],
  [
    "gangway: a number",
    prow(
      "gangway: { allowed_api_clients: [{ gcp: { endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: x }, allowed_jobs_filters: [{ tenant_id: t }] }] }",
    ),
    /must be a project's number/,
  ],
  [
    "gangway: one client twice",
    prow(
      `gangway: { allowed_api_clients: [${Array.from({ length: 2 }, () => "{ gcp: { endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: '1' }, allowed_jobs_filters: [{ tenant_id: t }] }").join(", ")}] }`,
    ),
    /once more/,
  ],
  [
    "gangway: no filter",
    prow(
      "gangway: { allowed_api_clients: [{ gcp: { endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: '1' } }] }",
    ),
    /must hold at least one filter/,
  ],
  [
    "gangway: a filter without tenant_id",
    prow(
      "gangway: { allowed_api_clients: [{ gcp: { endpoint_api_consumer_type: PROJECT, endpoint_api_consumer_number: '1' }, allowed_jobs_filters: [{}] }] }",
    ),
    /needs a tenant_id/,
  ],
  [
    "managed_webhooks: a date to come",
    prow("managed_webhooks: { org_repo_config: { acme: { token_created_after: 2126-01-01T00:00:00Z } } }"),
    /must not lie in the future/,
  ],
  [
    "github_reporter: a job type",
    prow("github_reporter: { job_types_to_report: [batch] }"),
    /one of presubmit, postsubmit/,
  ],
  ["jenkins_operators: several without a selector", prow("jenkins_operators: [{}, {}]"), /label_selector/],
  [
    "jenkins_operators: a single one with a selector",
    prow("jenkins_operators: [{ label_selector: a=b }]"),
    /label_selector/,
  ],
  [
    "deck: additional_allowed_buckets while validation is off",
    prow("deck: { skip_storage_path_validation: true, additional_allowed_buckets: [b] }"),
    /additional_allowed_buckets/,
  ],
  [
    "deck: both forms of rerun auth",
    prow(
      "deck: { rerun_auth_configs: { '*': { github_users: [a] } }, default_rerun_auth_configs: [{ config: { github_users: [a] } }] }",
    ),
    /rerun_auth_configs/,
  ],
];

describe("what is refused, with its place (spec jobs 1.9)", () => {
  it.each([...NAMED, ...AGENT, ...POD, ...DECORATION, ...TRIGGERING, ...TOGETHER, ...SECTIONS])(
    "%s",
    (_condition, texts, message) => {
      const errors = said(load(texts));
      const found = errors.filter((error) => message.test(error));
      expect(found, errors.join("\n")).not.toEqual([]);
      expect(found[0]).toMatch(/^(?:[abj]|config)\.yaml:[1-9]/);
    },
  );
});

describe("what is not", () => {
  it("an agent that nobody knows warns, and is held against nothing more", () => {
    const texts = job("agent: buildkite, namespace: elsewhere, error_on_eviction: true");
    expect(said(load(texts))).toEqual([]);
    expect(said(load(texts), "warning").join("\n")).toMatch(
      /^j\.yaml:1 presubmits\["acme\/ship"\]\[0\]\.agent: job a: agent buildkite is not known/,
    );
  });

  it.each<[string, Texts]>([
    [
      "paths below reserved ones",
      pod(
        `volumes: [{ name: v }], containers: [{ image: i, command: [c], volumeMounts: [{ name: v, mountPath: /logs/x }] }]`,
      ),
    ],
    ["native sidecars", pod(`initContainers: [{ name: x, image: i, restartPolicy: Always }], ${one}`)],
    ["any value of an annotation", plain(`annotations: { a: "${"ä ".repeat(200)}" }`)],
    [
      "refs' variables in a periodic",
      {
        jobs: {
          "j.yaml": periodic("interval: 1h").replace("image: i", "image: i, env: [{ name: PULL_NUMBER, value: x }]"),
        },
      },
    ],
    [
      "extra_refs' clone_uri when the job has none",
      decorated(
        "decoration_config: { oauth_token_secret: { name: o, key: k } }, extra_refs: [{ org: a, repo: b, base_ref: m, clone_uri: 'git@x:y' }]",
      ),
    ],
    ["one context on branches apart", two("context: c, branches: [main]", "name: b, context: c, branches: [dev]")],
    [
      "postsubmits of one context",
      {
        jobs: {
          "j.yaml": `presubmits: { acme/ship: [{ name: a, context: c, ${SPEC} }] }\npostsubmits: { acme/ship: [{ name: b, context: c, ${SPEC} }] }`,
        },
      },
    ],
    [
      "a job that says all of it right",
      { jobs: { "j.yaml": presubmit("max_concurrency: 2\njob_queue_name: heavy\nrun_if_changed: x") } },
    ],
  ])("%s", (_what, texts) => expect(said(load(texts))).toEqual([]));
});
