/** Runs git, apart from the user's and the system's settings. */
import { spawn } from "node:child_process";

export const GIT_ENV: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
  PATH: process.env.PATH ?? "/usr/bin:/bin",
};

export interface GitOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Git said no. */
class GitError extends Error {
  override readonly name = "GitError";
}

/** Runs git in a repository and gives its answer, whatever it was. */
export function git(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["-C", dir, ...args], { env: { ...GIT_ENV, ...options.env } });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
    child.stdin.on("error", () => {}); // git closed early: its exit code tells
    child.stdin.end(options.input);
  });
}

/** Runs git and gives what it printed. Throws {@link GitError} when it fails. */
export async function gitBytes(dir: string, args: readonly string[], options?: GitOptions): Promise<Buffer> {
  const result = await git(dir, args, options);
  if (result.code !== 0) throw new GitError(`git ${args[0]} failed: ${result.stderr.trim()}`);
  return result.stdout;
}

/** As {@link gitBytes}, as text without its last line break. */
export async function gitText(dir: string, args: readonly string[], options?: GitOptions): Promise<string> {
  return (await gitBytes(dir, args, options)).toString().replace(/\n$/, "");
}
