/** Runs a linter on files of a head (spec chatops 2.33). What the linters say is parsed as a stranger's word. */
import * as z from "zod";
import type { GitTask, GitTaskOutcome } from "../../src/jobs/git-task.ts";
import { type ProgramResult, runProgram } from "../process/program.ts";
import { openRepository, said, TaskFailed, type TaskPlace } from "./repository.ts";

type Task = Extract<GitTask, { kind: "lint" }>;
type Finding = Extract<GitTaskOutcome, { state: "findings" }>["findings"][number];
type Linter = (...args: readonly string[]) => Promise<ProgramResult>;

const MOST_FINDINGS = 1000;
const OUTPUT_BYTES = 4 * 1024 * 1024;
const INSTALL = {
  golint: "go install golang.org/x/lint/golint@latest",
  buildifier: "go install github.com/bazelbuild/buildtools/buildifier@latest",
} as const;

export async function lint(task: Task, place: TaskPlace): Promise<GitTaskOutcome> {
  const { directory, env, must } = await openRepository(place, task.owner, task.repo);
  await must("fetch", "-q", "--depth=1", "--filter=blob:none", "--no-tags", "origin", task.headSha);
  await must("checkout", "-q", task.headSha, "--", ...task.files);
  const options = { cwd: directory, env: { ...env, GIT_CONFIG_COUNT: "0" }, signal: place.signal };
  const run: Linter = async (...args) => {
    const result = await runProgram(task.linter, args, options, OUTPUT_BYTES);
    if (/ENOENT/.test(result.problem))
      throw new TaskFailed(
        `${task.linter} is not on the PATH of the runner. Install it there: ${INSTALL[task.linter]}`,
      );
    if (result.code === null) throw new TaskFailed(`${task.linter} could not run: ${result.problem}.`);
    return result;
  };
  const findings = await LINTERS[task.linter](task, run);
  await place.tell(`${task.linter}: ${findings.length} findings in ${task.files.length} files\n`);
  const known = new Set(task.files);
  return { state: "findings", findings: findings.filter(({ path }) => known.has(path)).slice(0, MOST_FINDINGS) };
}

const LINTERS = { golint, buildifier } as const;

/** `file:line:column: text`, a line each. Files of one folder are one package. */
async function golint({ files, minimumConfidence }: Task, run: Linter): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const some of Map.groupBy(files, (file) => file.slice(0, file.lastIndexOf("/") + 1)).values()) {
    // "./" keeps a name from being read as an option.
    const result = await run(`-min_confidence=${minimumConfidence}`, ...some.map((file) => `./${file}`));
    for (const line of result.stdout.split("\n")) {
      const [, path = "", at = "", text = ""] = /^(?:\.\/)?(.+?):(\d+):(?:\d+:)? (.*)$/.exec(line) ?? [];
      if (path !== "") findings.push({ path, line: Math.max(1, Number(at)), text: text.slice(0, 2000) });
    }
  }
  return findings;
}

const Report = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      formatted: z.boolean().optional(),
      valid: z.boolean().optional(),
      warnings: z
        .array(z.object({ start: z.object({ line: z.int().min(1) }), category: z.string(), message: z.string() }))
        .nullish(),
    }),
  ),
});

/** Its JSON report: warnings by line, and whether a file is as buildifier would write it. */
async function buildifier({ files }: Task, run: Linter): Promise<readonly Finding[]> {
  const result = await run("-mode=check", "-lint=warn", "-format=json", ...files.map((file) => `./${file}`));
  let report: z.infer<typeof Report>;
  try {
    report = Report.parse(JSON.parse(result.stdout));
  } catch {
    throw new TaskFailed(`buildifier answered what is no report: ${said(result)}`);
  }
  return report.files.flatMap(({ filename, formatted, valid, warnings }) => {
    const path = filename.replace(/^\.\//, "");
    const about = (line: number, text: string): Finding => ({ path, line, text: text.slice(0, 2000) });
    return [
      ...(valid === false ? [about(1, "This file cannot be parsed.")] : []),
      ...(valid !== false && formatted === false
        ? [about(1, "This file needs formatting: run buildifier on it.")]
        : []),
      ...(warnings ?? []).map(({ start, category, message }) => about(start.line, `${category}: ${message}`)),
    ];
  });
}
