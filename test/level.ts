/** One level of tests, run by vitest: what passed, what failed, and what passed only when its file was run once more. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as z from "zod";
import { WRANGLER_ENV } from "../cli/local/wrangler-env.ts";

const root = path.resolve(import.meta.dirname, "..");
/** Levels that run workerd or other processes: there a busy machine can fail what is right. */
const BUSY = new Set(["worker", "system", "browser", "kubernetes", "chaos"]);
/** More files than this are no accident. */
const AGAIN_AT_MOST = 3;

const Report = z.object({
  testResults: z
    .array(
      z.object({
        name: z.string(),
        status: z.string(),
        message: z.string().default(""),
        assertionResults: z.array(
          z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
        ),
      }),
    )
    .default([]),
});
type Report = z.infer<typeof Report>;

interface Failure {
  /** File and test. */
  readonly name: string;
  readonly message: string;
}

export interface Tally {
  readonly level: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  /** Failed at first, passed when the file was run again alone. */
  readonly shaky: readonly Failure[];
}

interface Ran {
  readonly files: Report["testResults"];
  /** It ended badly. */
  readonly bad: boolean;
}

/** vitest over a level; `args` as for vitest. */
async function vitest(level: string, args: readonly string[]): Promise<Ran> {
  const scratch = await mkdtemp(path.join(tmpdir(), "cutwater-test-"));
  const file = path.join(scratch, "report.json");
  const command = ["run", "--project", level, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const running = spawn(path.join(root, "node_modules/.bin/vitest"), [...command, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      ...WRANGLER_ENV,
      PATH: `${path.join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`,
    },
  });
  const code = await new Promise<number>((resolve) => running.on("exit", (status) => resolve(status ?? 1)));
  const text = await readFile(file, "utf8").catch(() => "{}");
  await rm(scratch, { recursive: true, force: true });
  return { files: Report.parse(JSON.parse(text)).testResults, bad: code !== 0 };
}

/** Never empty when a run ended badly. */
function failuresOf({ files, bad }: Ran): readonly Failure[] {
  const failures = files.flatMap(({ name: file, status, message, assertionResults }) => {
    const where = path.relative(root, file);
    const failed = assertionResults.filter((one) => one.status === "failed");
    const tests = failed.map(({ fullName, failureMessages }) => ({
      name: `${where} > ${fullName}`,
      message: failureMessages?.[0] ?? "",
    }));
    return tests.length > 0 || status !== "failed" ? tests : [{ name: where, message }];
  });
  return bad && failures.length === 0 ? [{ name: "vitest", message: "ended badly: see above" }] : failures;
}

const count = ({ files }: Ran, ...statuses: readonly string[]): number =>
  files.flatMap((file) => file.assertionResults).filter(({ status }) => statuses.includes(status)).length;

/**
 * A level; what fails in a whole run of a busy one is run again by its file, when that is a few files. What passes then is
 * not hidden: it is counted as shaky and named at the end.
 */
export async function runLevel(level: string, args: readonly string[]): Promise<Tally> {
  const started = Date.now();
  const first = await vitest(level, args);
  const failures = failuresOf(first);
  const failing = first.files.filter(({ status }) => status === "failed").map(({ name }) => name);
  const again = args.length === 0 && BUSY.has(level) && failing.length > 0 && failing.length <= AGAIN_AT_MOST;
  const { result, still } = again ? await onceMore(level, first, failing) : { result: first, still: failures };
  const names = new Set(still.map(({ name }) => name));
  return {
    level,
    passed: count(result, "passed"),
    failed: still.length,
    skipped: count(result, "skipped", "pending", "todo"),
    seconds: (Date.now() - started) / 1000,
    failures: still,
    shaky: failures.filter(({ name }) => !names.has(name)),
  };
}

async function onceMore(level: string, first: Ran, failing: readonly string[]) {
  console.log(`\nOnce more, alone: ${failing.map((file) => path.relative(root, file)).join(", ")}`);
  const second = await vitest(level, failing);
  const others = first.files.filter(({ name }) => !failing.includes(name));
  return { result: { files: [...others, ...second.files], bad: second.bad }, still: failuresOf(second) };
}

/** The names, each with the first lines of what it said. */
export function told(title: string, failures: readonly Failure[]): string {
  if (failures.length === 0) return "";
  const lines = failures.flatMap(({ name, message }) => [
    `  ${name}`,
    ...message
      .split("\n")
      .slice(0, 6)
      .map((line) => `      ${line.slice(0, 300)}`),
  ]);
  return [`\n${title}`, ...lines].join("\n");
}
