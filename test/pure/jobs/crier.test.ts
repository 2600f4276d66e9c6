import { describe, expect, test } from "vitest";
import type { ProwSettings } from "../../../src/config/model.ts";
import { prowSettings } from "../../../src/config/settings.ts";
import { ProwSchema } from "../../../src/config/prow-schema.ts";
import { annotationsOf, conclusionOf, slackMessage, slackService, stateMessage } from "../../../src/jobs/crier.ts";
import type { JobState, ProwJob, ProwJobSpec } from "../../../src/jobs/prowjob.ts";
import { jobSpec } from "./fixtures.ts";

type Slack = NonNullable<ProwSettings["slack_reporter"]>;

const configured: Slack = {
  host: "",
  channel: "all",
  report: true,
  report_template: "",
  job_types_to_report: ["postsubmit"],
  job_states_to_report: ["failure", "error"],
};

function job(state: JobState, spec: Partial<ProwJobSpec> = {}): ProwJob {
  return {
    apiVersion: "prow.k8s.io/v1",
    kind: "ProwJob",
    metadata: { name: "id-1", namespace: "default", labels: {}, annotations: {}, creationTimestamp: "t" },
    spec: jobSpec({ type: "postsubmit", ...spec }),
    status: { startTime: "t", state, url: "https://prow.example.org/jobs/id-1", description: "Said.", build_id: "19" },
  };
}
const own = (slack: object): Partial<ProwJobSpec> => ({ reporter_config: { slack: { ...slack } } });

describe("Slack (spec jobs 4.6.2)", () => {
  test.each<[string, ProwJob, Slack | null, object | null]>([
    [
      "a state and type that are named: the default words",
      job("failure"),
      configured,
      {
        host: "*",
        channel: "all",
        text: "Job pull-unit of type postsubmit ended with state failure. <https://prow.example.org/jobs/id-1|View logs>",
      },
    ],
    ["another state: nothing", job("success"), configured, null],
    ["another type: nothing", job("failure", { type: "periodic" }), configured, null],
    [
      "another type, but the job has a channel of its own",
      job("failure", { type: "periodic", ...own({ channel: "mine", host: "other" }) }),
      configured,
      { channel: "mine", host: "other" },
    ],
    [
      "the job's states win",
      job("success", own({ job_states_to_report: ["success"] })),
      configured,
      { channel: "all" },
    ],
    ["the job's empty states mean never", job("failure", own({ job_states_to_report: [] })), configured, null],
    ["report: false means never", job("failure", own({ report: false })), configured, null],
    [
      "configured report: false, the job's true",
      job("failure", own({ report: true })),
      { ...configured, report: false },
      {},
    ],
    [
      "no configuration, but the job's own",
      job("error", own({ channel: "c", job_states_to_report: ["error"] })),
      null,
      {},
    ],
    ["no configuration at all", job("failure"), null, null],
    [
      "the job's template wins",
      job("failure", own({ report_template: "{{.Spec.Refs.Org}} {{range .Spec.Refs.Pulls}}#{{.Number}}{{end}}" })),
      { ...configured, report_template: "x" },
      { text: "kubernetes #42" },
    ],
    [
      "a template that names nothing that is: the default words",
      job("failure", own({ report_template: "{{.No.Such}}" })),
      configured,
      { text: expect.stringContaining("ended with state failure") },
    ],
  ])("%s", (_, one, config, wanted) => {
    const message = slackMessage(one, config);
    if (wanted === null) expect(message).toBeNull();
    else expect(message).toMatchObject(wanted);
  });

  test("only the most specific entry of the configuration counts", () => {
    const slack_reporter_configs = {
      "*": { channel: "all", job_states_to_report: ["error"] },
      "kubernetes/test-infra": { channel: "infra" },
    };
    const of = (repo: string) =>
      prowSettings(ProwSchema.parse({ slack_reporter_configs }), { org: "kubernetes", repo }).slack_reporter;
    expect(of("test-infra")).toMatchObject({ channel: "infra", job_states_to_report: [] });
    expect(of("other")).toMatchObject({ channel: "all", job_states_to_report: ["error"] });
    expect(prowSettings(ProwSchema.parse({}), { org: "", repo: "" }).slack_reporter).toBeNull();
  });

  test("a host has its own service", () => {
    expect([slackService("*"), slackService("other")]).toEqual(["slack", "slack:other"]);
  });
});

test("a state as Prow's pubsub reporter words it (spec jobs 4.6.5)", () => {
  const one = job("success");
  const annotations = { "prow.k8s.io/pubsub.project": "p", "prow.k8s.io/pubsub.topic": "t" };
  expect(stateMessage({ ...one, metadata: { ...one.metadata, annotations } })).toEqual({
    project: "p",
    topic: "t",
    runid: "id-1",
    status: "success",
    url: "https://prow.example.org/jobs/id-1",
    gcs_path: "logs/pull-unit/19",
    refs: [one.spec.refs],
    job_type: "postsubmit",
    job_name: "pull-unit",
    message: "Said.",
  });
});

describe("annotations of a log", () => {
  test.each([
    ["::error file=a.go,line=3::It leaks", { path: "a.go", start_line: 3, end_line: 3, annotation_level: "failure" }],
    ["::warning file=./b.go,line=3,endLine=5::x%0Ay", { path: "b.go", end_line: 5, message: "x\ny" }],
    ["::notice file=c.go::x", { start_line: 1, annotation_level: "notice" }],
  ])("%s", (line, wanted) => expect(annotationsOf(`before\n${line}\nafter`)).toMatchObject([wanted]));

  test.each([
    "::error line=3::no file",
    "::error file=/etc/passwd,line=3::absolute",
    "::error file=a,line=0::no line",
    "::error file=a,line=5,endLine=2::backwards",
    "::debug file=a::x",
    " ::error file=a::not at the start",
    "::error file=a::",
  ])("%s is none", (line) => expect(annotationsOf(line)).toEqual([]));

  test("at most 50, of any log, in time", () => {
    expect(annotationsOf("::error file=a::x\n".repeat(1000)).length).toBe(50);
    expect(annotationsOf(`::error ${"a=b,".repeat(100_000)}::x`)).toEqual([]);
  });
});

test.each([
  ["success", "success"],
  ["failure", "failure"],
  ["error", "failure"],
  ["aborted", "cancelled"],
] as const)("a check run of %s concludes %s", (state, conclusion) => expect(conclusionOf(state)).toBe(conclusion));
