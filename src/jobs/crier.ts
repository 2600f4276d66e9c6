/** What reporters beside GitHub's statuses say of a job (spec jobs 4.6.2, 4.6.5). Pure. */
import type { Json, JsonObject, ProwSettings } from "../config/model.ts";
import { storagePath } from "./paths.ts";
import type { JobState, ProwJob } from "./prowjob.ts";
import { mainRefs } from "./refs.ts";
import { renderTemplate } from "./template.ts";

/** `slack_reporter_configs` of a repository: the most specific entry, and no other. */
type SlackReporter = NonNullable<ProwSettings["slack_reporter"]>;

export interface SlackMessage {
  /** `*`: the one Slack of the settings. */
  readonly host: string;
  readonly channel: string;
  readonly text: string;
}

const DEFAULT_TEMPLATE =
  "Job {{.Spec.Job}} of type {{.Spec.Type}} ended with state {{.Status.State}}. <{{.Status.URL}}|View logs>";
/** Slack cuts messages above this. */
const LONGEST = 4_000;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: Json | undefined): value is string => typeof value === "string";

/** What a job itself says; undefined where it says nothing. */
function ownSlack({ spec }: ProwJob) {
  const slack = spec.reporter_config?.["slack"];
  const own = isObject(slack) ? slack : {};
  const states = own["job_states_to_report"];
  const { host, channel, report_template: template, report } = own;
  return {
    host: isText(host) && host !== "" ? host : undefined,
    channel: isText(channel) && channel !== "" ? channel : undefined,
    template: isText(template) && template !== "" ? template : undefined,
    report: typeof report === "boolean" ? report : undefined,
    states: Array.isArray(states) ? states.filter(isText) : undefined,
  };
}

/** A job by the names that Go's templates know. */
function templateData({ metadata, spec, status }: ProwJob) {
  const refs = mainRefs(spec);
  return {
    ObjectMeta: { Name: metadata.name, Labels: metadata.labels, Annotations: metadata.annotations },
    Spec: {
      Job: spec.job,
      Type: spec.type,
      Agent: spec.agent,
      Cluster: spec.cluster,
      Context: spec.context ?? "",
      RerunCommand: spec.rerun_command ?? "",
      Refs: {
        Org: refs?.org ?? "",
        Repo: refs?.repo ?? "",
        BaseRef: refs?.base_ref ?? "",
        BaseSHA: refs?.base_sha ?? "",
        Pulls: (refs?.pulls ?? []).map((pull) => ({
          Number: pull.number,
          Author: pull.author,
          SHA: pull.sha,
          Title: pull.title ?? "",
          Link: pull.link ?? "",
        })),
      },
    },
    Status: {
      State: status.state,
      Description: status.description ?? "",
      URL: status.url ?? "",
      BuildID: status.build_id ?? "",
    },
  };
}

/** The message for a job's state; null when none is wanted. The job's own words win over the configuration's. */
export function slackMessage(job: ProwJob, configured: SlackReporter | null): SlackMessage | null {
  const own = ownSlack(job);
  const channel = own.channel ?? configured?.channel ?? "";
  const states = own.states ?? configured?.job_states_to_report ?? [];
  const report = own.report ?? configured?.report ?? true;
  const typed = own.channel !== undefined || configured?.job_types_to_report.includes(job.spec.type) === true;
  if (channel === "" || !report || !typed || !states.includes(job.status.state)) return null;
  const template = own.template ?? (configured?.report_template || DEFAULT_TEMPLATE);
  const data = templateData(job);
  const text = renderTemplate(template, data) ?? renderTemplate(DEFAULT_TEMPLATE, data) ?? "";
  return { host: own.host ?? (configured?.host || "*"), channel, text: text.slice(0, LONGEST) };
}

/** The service of the settings that a Slack host's token belongs to. */
export const slackService = (host: string): string => (host === "*" ? "slack" : `slack:${host}`);

const PUBSUB = "prow.k8s.io/pubsub.";

/** A job's state as Prow's pubsub reporter tells it: what the generic webhook sends. */
export function stateMessage({ metadata, spec, status }: ProwJob): JsonObject {
  const said = (key: string): string =>
    metadata.annotations[`${PUBSUB}${key}`] ?? metadata.labels[`${PUBSUB}${key}`] ?? "";
  const refs = [...(spec.refs ? [spec.refs] : []), ...(spec.extra_refs ?? [])];
  const gcs = status.build_id ? storagePath(spec, status.build_id) : "";
  return {
    project: said("project"),
    topic: said("topic"),
    runid: said("runID") || metadata.name,
    status: status.state,
    url: status.url ?? "",
    gcs_path: gcs,
    refs: refs.map((one): Json => JSON.parse(JSON.stringify(one))),
    job_type: spec.type,
    job_name: spec.job,
    message: status.description ?? "",
  };
}

/** A note on a line of a file, as GitHub's check runs show it. */
export interface Annotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: "notice" | "warning" | "failure";
  readonly message: string;
}

/** GitHub takes as many in one call. */
const ANNOTATIONS = 50;
const MESSAGE_CHARS = 1_000;

const LEVELS: ReadonlyMap<string, Annotation["annotation_level"]> = new Map([
  ["error", "failure"],
  ["warning", "warning"],
  ["notice", "notice"],
]);

const unescaped = (text: string): string =>
  text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");

/** The annotations of a log: lines such as `::error file=a.go,line=3::It leaks`, the workflow commands of Actions. */
export function annotationsOf(log: string): Annotation[] {
  const found: Annotation[] = [];
  for (const line of log.split("\n")) {
    if (found.length === ANNOTATIONS) break;
    const [, level = "", fields = "", message = ""] =
      /^::(error|warning|notice) ([^:]{1,500})::(.{1,2000})/.exec(line) ?? [];
    const known = LEVELS.get(level);
    const given = new Map(
      fields.split(",").map((field) => {
        const at = field.indexOf("=");
        return [field.slice(0, at).trim(), unescaped(field.slice(at + 1))];
      }),
    );
    const path = (given.get("file") ?? "").replace(/^\.\//, "");
    const start = Number(given.get("line") ?? "1");
    const end = Number(given.get("endLine") ?? start);
    if (!known || path === "" || path.startsWith("/") || !(start >= 1 && end >= start && Number.isSafeInteger(end)))
      continue;
    found.push({
      path,
      start_line: start,
      end_line: end,
      annotation_level: known,
      message: unescaped(message).slice(0, MESSAGE_CHARS),
    });
  }
  return found;
}

/** A check run's conclusion for a state that a job ended in. */
export const conclusionOf = (state: JobState): "success" | "failure" | "cancelled" =>
  state === "success" ? "success" : state === "aborted" ? "cancelled" : "failure";
