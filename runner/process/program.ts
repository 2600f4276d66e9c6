/** Runs a program to its end, with as much of its output as is asked for. */
import { launch } from "./launch.ts";

/** Bytes kept of each stream unless told otherwise. */
const KEPT_BYTES = 64 * 1024;

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Kills the program's whole process group. */
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  /** Null: it could not be started, or was ended by a signal. */
  readonly code: number | null;
  /** Empty after exit code 0; else "stopped", how it ended, or why it could not be started. */
  readonly problem: string;
}

export interface ProgramResult extends ProgramEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** More came on stdout than was kept. */
  readonly cut: boolean;
}

type Stream = "stdout" | "stderr";

/** Runs a program, handing its output to `take` as it comes. Never rejects. */
async function run(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: ProgramOptions,
  take: (bytes: Buffer, stream: Stream) => void,
): Promise<ProgramEnd> {
  if (signal.aborted) return { code: null, problem: "stopped" };
  const started = await launch(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  if (!started.ok) return { code: null, problem: started.error };
  const { child, kill } = started;
  const stop = () => kill("SIGKILL");
  // It may have come while the program was being started.
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.on("data", (bytes: Buffer) => {
      take(bytes, stream);
    });
  const end = await new Promise<ProgramEnd>((resolve) => {
    child.on("close", (code, by) => resolve({ code, problem: problemOf(code, by) }));
  });
  signal.removeEventListener("abort", stop);
  return signal.aborted ? { ...end, problem: "stopped" } : end;
}

function problemOf(code: number | null, by: NodeJS.Signals | null): string {
  if (by !== null) return `killed: ${by}`;
  return code === 0 ? "" : `exit status ${code}`;
}

/** With its streams apart: the first `mostBytes` of each. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
  mostBytes = KEPT_BYTES,
): Promise<ProgramResult> {
  const kept = { stdout: firstBytes(mostBytes), stderr: firstBytes(mostBytes) };
  const end = await run(command, args, options, (bytes, stream) => {
    kept[stream].take(bytes);
  });
  return { ...end, stdout: kept.stdout.text(), stderr: kept.stderr.text(), cut: kept.stdout.cut() };
}

/** With its streams together, as a terminal shows them: the last `mostBytes`. */
export async function runTogether(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
  mostBytes: number,
): Promise<ProgramEnd & { readonly output: string }> {
  const kept = lastBytes(mostBytes);
  const end = await run(command, args, options, (bytes) => {
    kept.take(bytes);
  });
  return { ...end, output: kept.text() };
}

function firstBytes(most: number) {
  const chunks: Buffer[] = [];
  let left = most;
  return {
    take(bytes: Buffer): void {
      if (left > 0) chunks.push(bytes.subarray(0, left));
      left -= bytes.length;
    },
    text: () => Buffer.concat(chunks).toString("utf8"),
    cut: () => left < 0,
  };
}

function lastBytes(most: number) {
  let kept: Buffer = Buffer.alloc(0);
  return {
    take(bytes: Buffer): void {
      kept = Buffer.concat([kept, bytes]);
      if (kept.length > 2 * most) kept = kept.subarray(kept.length - most);
    },
    text: () => kept.subarray(Math.max(0, kept.length - most)).toString("utf8"),
  };
}
