/** started.json and finished.json of a build (spec jobs 6.4), and the readable log of its clones. */
import type { JsonObject } from "../config/model.ts";
import type { CloneRecord } from "./protocol.ts";
import type { ProwJobSpec } from "./prowjob.ts";
import { refsString, revisionOf, versionRefs } from "./refs.ts";
import type { FinalState } from "./verdict.ts";

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** `startedAt` in milliseconds. With clone records `repo-commit` is the commit after merging. */
export function startedJson(
  spec: ProwJobSpec,
  startedAt: number,
  node: string,
  cloneRecords: readonly CloneRecord[],
): JsonObject {
  const all = [...(spec.refs ? [spec.refs] : []), ...(spec.extra_refs ?? [])];
  const main = versionRefs(spec);
  const merged = main
    ? cloneRecords.find(({ refs }) => refs["org"] === main.org && refs["repo"] === main.repo)?.final_sha
    : undefined;
  const commit = merged || revisionOf(main);
  const pull = spec.type === "presubmit" ? spec.refs?.pulls?.[0]?.number : undefined;
  return {
    timestamp: seconds(startedAt),
    ...(node === "" ? {} : { node }),
    ...(pull === undefined ? {} : { pull: String(pull) }),
    ...(all.length === 0
      ? {}
      : { repos: Object.fromEntries(all.map((refs) => [`${refs.org}/${refs.repo}`, refsString(refs)])) }),
    ...(commit === "" ? {} : { "repo-commit": commit, "repo-version": commit }),
  };
}

/** `finishedAt` in milliseconds; `metadata` is what the job wrote itself. The result says aborted for aborted runs. */
export function finishedJson(
  spec: ProwJobSpec,
  finishedAt: number,
  state: FinalState,
  metadata: JsonObject | null,
): JsonObject {
  const revision = revisionOf(versionRefs(spec));
  return {
    timestamp: seconds(finishedAt),
    passed: state === "success",
    result: state.toUpperCase(),
    ...(metadata === null ? {} : { metadata }),
    ...(revision === "" ? {} : { revision }),
  };
}

/** clone-log.txt. */
export function cloneLog(records: readonly CloneRecord[]): string {
  return records
    .map((record) => {
      const commands = record.commands.map(({ command, output, error }) =>
        [`$ ${command}`, output.trimEnd(), ...(error ? [`# Error: ${error}`] : [])].filter(Boolean).join("\n"),
      );
      const { org, repo } = record.refs;
      const name = `${typeof org === "string" ? org : ""}/${typeof repo === "string" ? repo : ""}`;
      const outcome = record.failed ? "failed" : `ended at ${record.final_sha ?? "an unknown commit"}`;
      return [`# Cloning ${name}`, ...commands, `# Cloning ${name} ${outcome}`, ""].join("\n");
    })
    .join("\n");
}
