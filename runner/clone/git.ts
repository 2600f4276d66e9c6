/** Git's environment, apart from the machine's and the user's settings. */

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
