/** What a job says on GitHub: the commit status and the one maintained comment (spec jobs 4.6.1). Pure. */
import type { Effect, StatusState } from "../chatops/effects.ts";
import type { RepoConfig } from "../config/model.ts";
import type { JobState, JobType } from "./prowjob.ts";
import type { JobSummary } from "./rpc.ts";
import { renderTemplate } from "./template.ts";

/** Hidden mark of the maintained comment; other bots look for it too. */
export const COMMENT_MARKER = "<!-- test report -->";

const DESCRIPTION_LENGTH = 140;
/** Two-em-wide blank: GitHub folds runs of ordinary spaces. */
const PAD = "\u2001";
const ELISION = " ... ";
const BASE_SHA = " BaseSHA:";
const REPORTED_TYPES: readonly JobType[] = ["presubmit", "postsubmit"];

const STATUS_STATES: Readonly<Record<JobState, StatusState>> = {
  scheduling: "pending",
  triggered: "pending",
  pending: "pending",
  success: "success",
  failure: "failure",
  aborted: "failure",
  error: "error",
};

/**
 * The commit status of a job, or null when it is not reported: `report` is false, it is not of a reported type
 * (`github_reporter.job_types_to_report`), or it has no commit or context.
 */
export function statusEffect(summary: JobSummary, types: readonly string[] = REPORTED_TYPES): Effect | null {
  if (!summary.report || summary.sha === "" || summary.context === "") return null;
  if (!REPORTED_TYPES.includes(summary.type) || !types.includes(summary.type)) return null;
  return {
    kind: "setStatus",
    sha: summary.sha,
    context: summary.context,
    state: STATUS_STATES[summary.state],
    description: statusDescription(summary.description, summary.baseSha),
    targetUrl: summary.url,
  };
}

/** `human` and, right-aligned within 140 characters, ` BaseSHA:<sha>`. A text that is too long loses its middle. */
export function statusDescription(human: string, baseSha: string): string {
  const suffix = baseSha === "" ? "" : BASE_SHA + baseSha;
  const room = DESCRIPTION_LENGTH - suffix.length;
  const text = Array.from(human.replace(/\s+/g, " ").trim());
  if (text.length > room) return middleCut(text, room) + suffix;
  return suffix === "" ? text.join("") : text.join("") + PAD.repeat(room - text.length) + suffix;
}

/** The base commit that a description names, or null: exactly one ` BaseSHA:` (or ` Basesha:`) before 40 characters. */
export function baseShaOf(description: string): string | null {
  for (const delimiter of [BASE_SHA, " Basesha:"]) {
    const parts = description.split(delimiter);
    if (parts.length === 2 && parts[1]?.length === 40) return parts[1];
  }
  return null;
}

function middleCut(text: readonly string[], room: number): string {
  const kept = room - ELISION.length;
  const head = Math.ceil(kept / 2);
  return text.slice(0, head).join("") + ELISION + text.slice(text.length - (kept - head)).join("");
}

export interface CommentContext {
  /** Login of the pull request's author. */
  readonly author: string;
  readonly publicUrl: string;
  readonly config: RepoConfig;
  /** Number of the pull request, for the report template. */
  readonly number?: number;
}

/**
 * The maintained comment: a table of the presubmits whose last complete run failed. `latest` holds runs of one pull
 * request; of each context the last complete one counts, whatever its commit. Exactly `failure` makes a row; success,
 * error and aborted take the context's row away. Nothing is decided before a run is complete, and with
 * `summary_comment` not before all are.
 */
export function commentEffects(latest: readonly JobSummary[], context: CommentContext): Effect[] {
  const { github_reporter: reporter } = context.config.prow;
  if (reporter.no_comment || !reporter.job_types_to_report.includes("presubmit")) return [];
  const runs = latest.filter((run) => run.type === "presubmit" && run.report);
  const finished = lastOfEachContext(runs.filter((run) => run.complete));
  if (finished.length === 0) return [];
  if (reporter.summary_comment && lastOfEachContext(runs).some((run) => !run.complete)) return [];
  const failed = finished.filter((run) => run.state === "failure");
  if (failed.length > 0)
    return [
      { kind: "upsertComment", marker: COMMENT_MARKER, body: failureComment(failed, context), next: whatNext(failed) },
    ];
  if (reporter.summary_comment && finished.every((run) => run.state === "success"))
    return [{ kind: "upsertComment", marker: COMMENT_MARKER, body: successComment(context) }];
  return [{ kind: "deleteComments", marker: COMMENT_MARKER }];
}

/** By context the run that started last, in order of their start. */
function lastOfEachContext(runs: readonly JobSummary[]): JobSummary[] {
  const byContext = new Map<string, JobSummary>();
  for (const run of runs) {
    const known = byContext.get(run.context);
    if (!known || run.startTime > known.startTime || (run.startTime === known.startTime && run.version > known.version))
      byContext.set(run.context, run);
  }
  return [...byContext.values()].sort((a, b) => a.startTime - b.startTime || (a.context < b.context ? -1 : 1));
}

const countOf = (failed: readonly JobSummary[]): string =>
  failed.length === 1 ? "1 test failed" : `${failed.length} tests failed`;

function whatNext(failed: readonly JobSummary[]): string {
  const required = failed.filter((run) => !run.optional).length;
  return `${countOf(failed)}, ${required} of them required: mend the cause and push, or say \`/retest\`.`;
}

function failureComment(failed: readonly JobSummary[], context: CommentContext): string {
  const rows = failed.map((run) =>
    [
      cell(run.context),
      run.sha,
      `[link](${run.url})`,
      String(!run.optional),
      run.rerunCommand === "" ? "" : `\`${cell(run.rerunCommand)}\``,
    ].join(" | "),
  );
  return [
    `@${context.author}: ${countOf(failed)}. Comment \`/retest\` to run every failed test again, or \`/retest-required\` for the required ones alone.`,
    "",
    "Test name | Commit | Details | Required | Rerun command",
    "--- | --- | --- | --- | ---",
    ...rows,
    "",
    ...template(failed, context),
    helpBlurb(context),
    COMMENT_MARKER,
  ].join("\n");
}

function successComment(context: CommentContext): string {
  return [`@${context.author}: all tests passed.`, "", helpBlurb(context), COMMENT_MARKER].join("\n");
}

function helpBlurb({ publicUrl, config }: CommentContext): string {
  const repo = encodeURIComponent(`${config.org}/${config.repo}`);
  return [
    "<details>",
    "",
    `This comment is kept up to date as tests end. All commands of this bot: ${publicUrl}/command-help?repo=${repo}.`,
    "</details>",
  ].join("\n");
}

/** `plank.report_template`, rendered for the last failed run; nothing when it uses what we do not know. */
function template(failed: readonly JobSummary[], { author, config, number }: CommentContext): string[] {
  const last = failed.at(-1);
  if (!last || config.prow.plank.report_template === "") return [];
  const pulls = number === undefined ? [] : [{ Number: number, Author: author, SHA: last.sha }];
  const refs = { Org: config.org, Repo: config.repo, BaseRef: last.baseRef, BaseSHA: last.baseSha, Pulls: pulls };
  const data = {
    Spec: { Type: last.type, Job: last.job, Context: last.context, RerunCommand: last.rerunCommand, Refs: refs },
    Status: { State: last.state, Description: last.description, URL: last.url, BuildID: last.buildId },
  };
  const text = renderTemplate(config.prow.plank.report_template, data);
  return text === null || text.trim() === "" ? [] : [text.trim(), ""];
}

/** Text inside one cell of a table: no pipe or line break may end it. */
function cell(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|");
}
