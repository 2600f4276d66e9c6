/** Clones what a job asks for, exactly as clonerefs does (spec jobs 6.3). */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Refs } from "../../src/config/model.ts";
import { CloneRecord } from "../../src/jobs/protocol.ts";
import { sleep } from "../backoff.ts";
import { createCensor } from "../censor.ts";
import { runTogether } from "../process/program.ts";
import { basicAuthorization, gitEnvironment } from "./git.ts";
import { baseSteps, type GitStep, pullSteps } from "./plan.ts";
import { formatRecord } from "./records.ts";
import { BadRefs, clonePath, cloneUrl, urlSecrets } from "./refs.ts";

export { BadRefs, clonePath, refsInOrder, workdirRefs } from "./refs.ts";

/** Delays before each new try of a fetch: about 63 s altogether. */
export const FETCH_RETRIES_MS: readonly number[] = [100, 200, 400, 800, 2000, 5000, 10_000, 15_000, 30_000];
const PARALLEL = 4;
/** Bytes of output that a record keeps of one command: the end of it. */
const OUTPUT_BYTES = 16 * 1024;

export interface CloneOptions {
  /** Repositories come below `<root>/src`. */
  readonly root: string;
  readonly home: string;
  readonly tmp: string;
  readonly path: string;
  readonly gitBaseUrl: string;
  readonly token: string | null;
  readonly retriesMs: readonly number[];
  readonly signal: AbortSignal;
}

export interface Cloned {
  readonly records: CloneRecord[];
  readonly failed: boolean;
  /** Readable account of all of it, with secrets censored. */
  readonly log: string;
}

/** Clones all refs, several at a time. Never rejects: what fails is in the records. */
export async function cloneAll(all: readonly Refs[], options: CloneOptions): Promise<Cloned> {
  const records: CloneRecord[] = [];
  const waiting = [...all.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) records[next[0]] = await cloneOne(next[1], options);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, all.length) }, worker));
  return {
    records,
    failed: records.some((record) => record.failed),
    log: all.map((refs, index) => (records[index] ? formatRecord(refs, records[index]) : "")).join("\n"),
  };
}

const nanoseconds = (since: number): number => Math.round((performance.now() - since) * 1e6);

async function cloneOne(refs: Refs, options: CloneOptions): Promise<CloneRecord> {
  const begun = performance.now();
  const commands: CloneRecord["commands"] = [];
  const ended = (failed: boolean, sha?: string): CloneRecord => ({
    refs: CloneRecord.shape.refs.parse(refs),
    commands,
    failed,
    ...(sha ? { final_sha: sha } : {}),
    duration: nanoseconds(begun),
  });
  try {
    const url = cloneUrl(refs, options.gitBaseUrl);
    const git = openClone(path.join(options.root, "src", clonePath(refs)), url, options, commands);
    await mkdir(git.directory, { recursive: true });
    if (!(await git.all(baseSteps(refs, url, { name: "ci-robot", email: "ci-robot@k8s.io" })))) return ended(true);
    const shown = Number(await git.ask("show", "-s", "--format=format:%ct", "HEAD"));
    const baseTime = Number.isInteger(shown) ? shown : Math.floor(Date.now() / 1000);
    if (!(await git.all(pullSteps(refs, url, baseTime)))) return ended(true);
    return ended(false, await git.ask("rev-parse", "HEAD"));
  } catch (error) {
    if (!(error instanceof BadRefs) && !isFileError(error)) throw error;
    commands.push({ command: "git init", output: "", error: error.message, duration: nanoseconds(begun) });
    return ended(true);
  }
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
}

/** Git in one folder: steps are recorded, questions are not. */
function openClone(directory: string, url: string, options: CloneOptions, commands: CloneRecord["commands"]) {
  const env = gitEnvironment({ ...options, tokenUrl: options.gitBaseUrl });
  const secrets = [...urlSecrets(url), ...(options.token ? [options.token, basicAuthorization(options.token)] : [])];
  const run = (args: readonly string[], extra: Record<string, string> = {}) =>
    runTogether("git", args, { cwd: directory, env: { ...env, ...extra }, signal: options.signal }, OUTPUT_BYTES);

  const runStep = async ({ args, retry, commitTime, otherwise }: GitStep): Promise<boolean> => {
    const begun = performance.now();
    const date = `@${commitTime} +0000`;
    const extra: Record<string, string> =
      commitTime === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const attempt = async () => {
      const first = { said: args, ...(await run(args, extra)) };
      if (first.problem === "" || !otherwise || options.signal.aborted) return first;
      return { said: otherwise, ...(await run(otherwise, extra)) };
    };
    let result = await attempt();
    for (const delay of retry ? options.retriesMs : []) {
      if (result.problem === "" || options.signal.aborted) break;
      await sleep(delay, options.signal);
      result = await attempt();
    }
    commands.push({
      command: censored(["git", ...result.said].join(" "), secrets),
      output: censored(result.output, secrets),
      ...(result.problem === "" ? {} : { error: result.problem }),
      duration: nanoseconds(begun),
    });
    return result.problem === "";
  };
  return {
    directory,
    async all(steps: readonly GitStep[]): Promise<boolean> {
      for (const step of steps) if (!(await runStep(step))) return false;
      return true;
    },
    async ask(...args: string[]): Promise<string> {
      return (await run(args)).output.trim();
    },
  };
}

function censored(text: string, secrets: readonly string[]): string {
  const censor = createCensor(secrets);
  return Buffer.concat([censor.push(Buffer.from(text)), censor.end()]).toString("utf8");
}
