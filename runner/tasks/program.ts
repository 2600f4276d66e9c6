/** Runs a program of a task to its end, with its output apart and bounded. */
import { launch } from "../process/launch.ts";

/** Bytes kept of each stream unless told otherwise. */
const KEPT_BYTES = 64 * 1024;

export interface ProgramResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Null: it could not be started, or was ended by a signal. */
  readonly code: number | null;
  /** Why it could not be started; empty when it was. */
  readonly problem: string;
  /** More came than was kept. */
  readonly cut: boolean;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly mostBytes?: number;
}

/** `signal` kills the whole process group. Never rejects. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env, signal, mostBytes = KEPT_BYTES }: ProgramOptions,
): Promise<ProgramResult> {
  const none = { stdout: "", stderr: "", code: null, cut: false };
  if (signal.aborted) return { ...none, problem: "stopped" };
  const started = await launch(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  if (!started.ok) return { ...none, problem: started.error };
  const { child, kill } = started;
  const stop = () => kill("SIGKILL");
  signal.addEventListener("abort", stop, { once: true });
  const streams = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    let left = mostBytes;
    let cut = false;
    stream?.on("data", (bytes: Buffer) => {
      if (left > 0) chunks.push(bytes.subarray(0, left));
      left -= bytes.length;
      cut ||= left < 0;
    });
    return { text: () => Buffer.concat(chunks).toString("utf8"), isCut: () => cut };
  });
  const code = await new Promise<number | null>((resolve) => {
    child.on("close", (exit) => resolve(exit));
  });
  signal.removeEventListener("abort", stop);
  const [out, err] = streams;
  return { stdout: out?.text() ?? "", stderr: err?.text() ?? "", code, problem: "", cut: out?.isCut() ?? false };
}
