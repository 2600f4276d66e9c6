/** Runs git apart from the machine's and the user's settings, in a process group of its own. */
import type { SpawnOptions } from "node:child_process";
import { launch } from "../process/launch.ts";

/** Bytes of output that a record keeps of one command: the end of it. */
const OUTPUT_BYTES = 16 * 1024;

export interface GitResult {
  readonly output: string;
  /** Null when it succeeded. */
  readonly error: string | null;
}

/** Passed through when the runner has them, since without them it may not reach the server at all. */
const NETWORK = [
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
] as const;

export interface GitEnvironment {
  readonly path: string;
  readonly home: string;
  readonly tmp: string;
  /** Sent to `tokenUrl`'s origin only. */
  readonly token: string | null;
  readonly tokenUrl: string;
}

/** The value of git's `Authorization` header for an installation token. */
export function basicAuthorization(token: string): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
}

/**
 * Environment of every git command. The token travels as configuration in the environment: it is in no argument, no file
 * of the clone and no message. Submodules cannot name local repositories; nothing asks for a password.
 */
export function gitEnvironment(options: GitEnvironment): Record<string, string> {
  const config: [string, string][] = [
    ["advice.detachedHead", "false"],
    ["init.defaultBranch", "main"],
    ["gc.auto", "0"],
    ["core.fsmonitor", "false"],
    ["protocol.file.allow", "user"],
    ["protocol.ext.allow", "never"],
    ["http.lowSpeedLimit", "1000"],
    ["http.lowSpeedTime", "60"],
    ["credential.helper", ""],
  ];
  if (options.token !== null && /^https?:/.test(options.tokenUrl))
    config.push([
      `http.${new URL(options.tokenUrl).origin}/.extraHeader`,
      `Authorization: ${basicAuthorization(options.token)}`,
    ]);
  const env: Record<string, string> = {
    PATH: options.path,
    HOME: options.home,
    TMPDIR: options.tmp,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_TEMPLATE_DIR: "",
    GIT_MERGE_AUTOEDIT: "no",
    GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
    GIT_CONFIG_COUNT: String(config.length),
  };
  for (const [index, [key, value]] of config.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  for (const name of NETWORK) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** Runs one git command to its end; `signal` kills its whole process group. Never rejects. */
export async function runGit(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<GitResult> {
  if (options.signal.aborted) return { output: "", error: "stopped" };
  const spawnOptions: SpawnOptions = { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] };
  const started = await launch("git", args, spawnOptions);
  if (!started.ok) return { output: "", error: started.error };
  const { child, kill } = started;
  const stop = () => kill("SIGKILL");
  options.signal.addEventListener("abort", stop, { once: true });
  let output: Buffer = Buffer.alloc(0);
  const keep = (bytes: Buffer) => {
    output = Buffer.concat([output, bytes]);
    if (output.length > 2 * OUTPUT_BYTES) output = output.subarray(output.length - OUTPUT_BYTES);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const error = await new Promise<string | null>((resolve) => {
    child.on("close", (code, by) => resolve(code === 0 ? null : by === null ? `exit status ${code}` : `killed: ${by}`));
  });
  options.signal.removeEventListener("abort", stop);
  const text = output.subarray(Math.max(0, output.length - OUTPUT_BYTES)).toString("utf8");
  return { output: text, error: options.signal.aborted ? "stopped" : error };
}
