/** A repository of one task in a folder of its own: nothing of the machine's or a user's settings, no hooks, no prompts. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Assignment } from "../../src/jobs/protocol.ts";
import { gitEnvironment } from "../clone/git.ts";
import { cloneUrl } from "../clone/refs.ts";
import { basePath } from "../process/environment.ts";
import { type ProgramResult, runProgram } from "../process/program.ts";

/** Thrown when a task cannot go on; the message may be shown to people. */
export class TaskFailed extends Error {
  override readonly name = "TaskFailed";
}

export interface TaskPlace {
  readonly assignment: Assignment;
  /** Of this task alone; removed afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** A line, or lines, of the task's log. */
  readonly tell: (text: string) => Promise<void>;
}

export interface Repository {
  readonly directory: string;
  /** Environment for other programs that look at its files. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs git, told in the log. */
  readonly git: (...args: readonly string[]) => Promise<ProgramResult>;
  /** The same, of which nothing can be expected but success: throws TaskFailed with git's own words. */
  readonly must: (...args: readonly string[]) => Promise<string>;
  /** What git prints, up to `mostBytes`, not told in the log; null when it failed or printed more. */
  readonly read: (mostBytes: number, ...args: readonly string[]) => Promise<string | null>;
}

/** Who commits what a task makes; authors stay who they are. */
const COMMITTER = { GIT_COMMITTER_NAME: "cutwater", GIT_COMMITTER_EMAIL: "cutwater@users.noreply.github.com" };
/** File names are names, not patterns; links in a tree are not followed. */
const CAREFUL = { GIT_LITERAL_PATHSPECS: "1" };

/** An empty repository whose `origin` is `owner/repo`, fetched from without the files' contents until they are needed. */
export async function openRepository(
  { assignment, folder, signal, tell }: TaskPlace,
  owner: string,
  repo: string,
): Promise<Repository> {
  const at = (name: string) => path.join(folder, name);
  const [directory, home, tmp] = [at("repository"), at("home"), at("tmp")];
  for (const made of [directory, home, tmp]) await mkdir(made, { recursive: true, mode: 0o700 });
  const url = cloneUrl({ org: owner, repo }, assignment.gitBaseUrl);
  const env = {
    ...gitEnvironment({ path: basePath(process.env["PATH"]), home, tmp, token: assignment.cloneToken, tokenUrl: url }),
    ...COMMITTER,
    ...CAREFUL,
  };
  const git = async (...args: readonly string[]) => {
    await tell(`$ git ${args.join(" ")}\n`);
    const result = await runProgram("git", args, { cwd: directory, env, signal });
    await tell(`${result.stdout}${result.stderr}${result.problem && `${result.problem}\n`}`);
    return result;
  };
  const must = async (...args: readonly string[]) => {
    const result = await git(...args);
    if (result.code !== 0) throw new TaskFailed(`git ${args[0]} failed: ${said(result)}`);
    return result.stdout.trim();
  };
  const read = async (mostBytes: number, ...args: readonly string[]) => {
    const result = await runProgram("git", args, { cwd: directory, env, signal }, mostBytes);
    return result.code === 0 && !result.cut ? result.stdout : null;
  };
  await must("init", "-q");
  await must("config", "core.symlinks", "false");
  await must("config", "core.hooksPath", "/dev/null");
  await must("remote", "add", "origin", url);
  return { directory, env, git, must, read };
}

/** A program's own words about what went wrong. */
export function said({ stderr, stdout, problem }: ProgramResult): string {
  return (stderr.trim() || stdout.trim() || problem).slice(-4000);
}
