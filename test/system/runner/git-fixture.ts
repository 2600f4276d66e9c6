/** Real repositories, served by git's own http-backend. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

const HERMETIC = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", TZ: "UTC", LC_ALL: "C" };
export const BASE_TIME = 1_700_000_000;

export function git(
  cwd: string,
  args: readonly string[],
  time = BASE_TIME,
  who = "author",
  mail = "author@example.org",
) {
  const date = `@${time} +0000`;
  const person = { GIT_AUTHOR_NAME: who, GIT_AUTHOR_EMAIL: mail };
  const committer = { GIT_COMMITTER_NAME: who, GIT_COMMITTER_EMAIL: mail };
  const env = { PATH: process.env["PATH"], GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  return execFileSync("git", [...args], {
    cwd,
    env: { ...env, ...HERMETIC, ...person, ...committer },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

export interface Forge {
  readonly url: string;
  readonly root: string;
  /** Authorization headers that came with requests, in order. */
  readonly authorizations: (string | undefined)[];
  /** From now on requests get no answer. */
  hang(): void;
  /** Resolves once a request has come. */
  asked(): Promise<void>;
  /** Another address of it, where this many requests are answered with 503 first. */
  failing(count: number): string;
  /** Makes `org/name.git` with the files given; answers its base commit. */
  createRepository(name: string, files: Record<string, string>): Repository;
  close(): Promise<void>;
}

export interface Repository {
  readonly name: string;
  readonly base: string;
  /** A pull request on the base, with its head at refs/pull/N/head; answers the head commit. */
  pull(number: number, files: Record<string, string>): string;
  /** Runs git in a working copy of it. */
  git(...args: string[]): string;
  readonly workTree: string;
}

/** Starts a forge at an address of this machine; with `token`, only requests that carry it as GitHub wants it are served. */
export async function startForge(token?: string, host = "127.0.0.1"): Promise<Forge> {
  const root = mkdtempSync(path.join(tmpdir(), "cutwater-forge-"));
  const authorizations: (string | undefined)[] = [];
  const asked = Promise.withResolvers<void>();
  let hanging = false;
  const failures = new Map<string, number>();
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    asked.resolve();
    if (hanging) return;
    const [prefix = ""] = /^\/failing-\d+/.exec(request.url ?? "") ?? [];
    const left = failures.get(prefix) ?? 0;
    failures.set(prefix, left - 1);
    request.url = (request.url ?? "").slice(prefix.length);
    if (left > 0) response.writeHead(503).end();
    else if (token && request.headers.authorization !== `Basic ${btoa(`x-access-token:${token}`)}`)
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
    else backend(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://${host}:${port}`,
    root,
    authorizations,
    hang: () => {
      hanging = true;
    },
    asked: () => asked.promise,
    failing: (count) => {
      const prefix = `/failing-${failures.size}`;
      failures.set(prefix, count);
      return `http://${host}:${port}${prefix}`;
    },
    createRepository: (name, files) => createRepository(root, name, files),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function commitFiles(directory: string, files: Record<string, string>, message: string, time: number): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  git(directory, ["add", "-A"], time);
  git(directory, ["commit", "-q", "-m", message], time);
  return git(directory, ["rev-parse", "HEAD"]);
}

function createRepository(root: string, name: string, files: Record<string, string>): Repository {
  const bare = path.join(root, "org", `${name}.git`);
  const workTree = path.join(root, "work", name);
  mkdirSync(workTree, { recursive: true });
  git(root, ["init", "-q", "--bare", "-b", "main", bare]);
  for (const setting of ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant", "http.receivepack"])
    git(bare, ["config", setting, "true"]);
  git(workTree, ["init", "-q", "-b", "main"]);
  git(workTree, ["remote", "add", "origin", bare]);
  const base = commitFiles(workTree, files, "base", BASE_TIME);
  git(workTree, ["push", "-q", "origin", "main"]);
  return {
    name,
    base,
    workTree,
    git: (...args) => git(workTree, args),
    pull(number, changed) {
      git(workTree, ["checkout", "-q", "-b", `pull-${number}`, base]);
      const head = commitFiles(workTree, changed, `change ${number}`, BASE_TIME + 1000 + number);
      git(workTree, ["push", "-q", "origin", `HEAD:refs/pull/${number}/head`]);
      git(workTree, ["checkout", "-q", "main"]);
      return head;
    },
  };
}

/** One request through `git http-backend`, by CGI. */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://forge");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...HERMETIC,
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {});
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const all = Buffer.concat(chunks);
    const split = all.indexOf("\r\n\r\n");
    let status = 200;
    for (const line of all.subarray(0, split).toString().split("\r\n")) {
      const [key = "", value = ""] = line.split(/:\s*(.*)/);
      if (key.toLowerCase() === "status") status = Number.parseInt(value, 10);
      else response.setHeader(key, value);
    }
    response.writeHead(status).end(all.subarray(split + 4));
  });
}
