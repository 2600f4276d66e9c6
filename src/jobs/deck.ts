/** Deck's documents (spec jobs 4.7): the shapes that old pages and scripts read. */
import type { Json, JsonObject } from "../config/model.ts";
import { refsString } from "./refs.ts";
import type { JobState, ProwJob } from "./prowjob.ts";
import type { JobRow } from "./view.ts";

/** Go's duration text in whole seconds: `1h2m3s`, `2m0s`, `5s`. */
export function goDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

interface LegacyRow extends JobRow {
  readonly baseSha: string;
}

/** A row of `/data.js`. */
export function legacyJob(row: LegacyRow, publicUrl: string): JsonObject {
  const pull = row.pull === null ? null : { number: row.pull, author: row.author, sha: row.headSha };
  const refs = {
    org: row.org,
    repo: row.repo,
    base_ref: row.baseRef,
    base_sha: row.baseSha,
    ...(pull === null ? {} : { pulls: [pull] }),
  };
  const ended = row.completionTime;
  return {
    type: row.type,
    refs: row.org === "" ? {} : refs,
    refs_key: row.org === "" ? "" : refsString(refs),
    job: row.job,
    build_id: row.buildId,
    context: row.context,
    started: String(Math.floor(row.startTime / 1000)),
    finished: ended === null ? "" : new Date(ended).toISOString().replace(/\.?0*Z$/, "Z"),
    duration: ended === null ? "" : goDuration(ended - row.startTime),
    state: row.state,
    description: row.description,
    url: `${publicUrl}/jobs/${row.id}`,
    pod_name: row.buildId === "" ? "" : row.id,
    agent: "kubernetes",
    prow_job: row.id,
  };
}

/** What `/prowjobs.js?omit=` may name. */
const OMITTABLE = new Set(["annotations", "labels", "decoration_config", "pod_spec"]);

/** The names of an `omit` parameter that mean something. */
export const omitted = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .split(",")
      .map((name) => name.trim())
      .filter((name) => OMITTABLE.has(name)),
  );

const containersOf = (spec: JsonObject): readonly Json[] =>
  Array.isArray(spec["containers"]) ? spec["containers"] : [];

/** A ProwJob without some of its parts. A pod spec keeps as many containers as it has: pages count them. */
export function withoutParts(job: ProwJob, parts: ReadonlySet<string>): object {
  const { labels, annotations, ...metadata } = job.metadata;
  const { pod_spec, decoration_config, ...spec } = job.spec;
  const pod = pod_spec && parts.has("pod_spec") ? { containers: containersOf(pod_spec).map(() => ({})) } : pod_spec;
  return {
    ...job,
    metadata: {
      ...metadata,
      ...(parts.has("labels") ? {} : { labels }),
      ...(parts.has("annotations") ? {} : { annotations }),
    },
    spec: {
      ...spec,
      ...(pod === undefined ? {} : { pod_spec: pod }),
      ...(decoration_config === undefined || parts.has("decoration_config") ? {} : { decoration_config }),
    },
  };
}

const NAMED = 3;

/** Words and colour of a badge over the newest run of each job. */
export function badgeOf(runs: readonly { readonly job: string; readonly state: JobState }[]): {
  readonly text: string;
  readonly colour: string;
} {
  if (runs.length === 0) return { text: "no results", colour: "darkgrey" };
  const failing = runs.filter(({ state }) => state === "failure").map(({ job }) => job);
  if (failing.length === 0) return { text: "passing", colour: "#4c1" };
  const named = failing.slice(0, NAMED).join(", ");
  return { text: `failing ${named}${failing.length > NAMED ? ", ..." : ""}`, colour: "#e05d44" };
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
/** Average width of a character of 11 px, in px. */
const CHARACTER = 6.6;
const PADDING = 10;

/** The shield `build | <text>` as SVG. */
export function badgeSvg({ text, colour }: { readonly text: string; readonly colour: string }): string {
  const left = 37;
  const right = Math.ceil(text.length * CHARACTER) + PADDING;
  const said = escaped(text);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="build: ${said}">
<clipPath id="a"><rect width="${left + right}" height="20" rx="3"/></clipPath>
<g clip-path="url(#a)"><path fill="#555" d="M0 0h${left}v20H0z"/><path fill="${escaped(colour)}" d="M${left} 0h${right}v20H${left}z"/></g>
<g fill="#fff" text-anchor="middle" font-family="DejaVu Sans,Verdana,Geneva,sans-serif" font-size="11">
<text x="${left / 2}" y="14">build</text><text x="${left + right / 2}" y="14">${said}</text></g></svg>
`;
}
