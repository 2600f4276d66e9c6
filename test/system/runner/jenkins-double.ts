/** A Jenkins in the small: its remote API as documented, with crumbs bound to a session, a queue, builds and their logs. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface BuildPlan {
  /** Reads of the queue item until the build starts. */
  readonly waits?: number;
  /** What the build says, a part with every look at its log. */
  readonly says?: readonly string[];
  readonly result?: string;
  /** It runs until it is stopped; `deaf`: until it is killed. */
  readonly endless?: "stop" | "deaf";
}

interface Build {
  readonly number: number;
  readonly job: string;
  readonly item: number;
  readonly parameters: Record<string, string>;
  readonly plan: BuildPlan;
  waits: number;
  parts: number;
  result: string | null;
  cancelled: boolean;
}

export interface JenkinsDouble {
  readonly url: string;
  readonly builds: Build[];
  readonly calls: string[];
  /** Jobs by path, e.g. `/job/folder/job/name`. */
  readonly jobs: Map<string, BuildPlan>;
  /** Jobs that a scan of a project brings. */
  readonly found: Map<string, BuildPlan>;
  /** Answers 503 this many times. */
  down: number;
  /** The next answer to a started build is lost on its way. */
  loseAnswer: boolean;
  close(): Promise<void>;
}

export const USER = "cutwater";
export const TOKEN = "11aa-jenkins-token";
const SESSION = "JSESSIONID.1=s1";

export async function startJenkins(): Promise<JenkinsDouble> {
  const double: Omit<JenkinsDouble, "url" | "close"> = {
    builds: [],
    calls: [],
    jobs: new Map(),
    found: new Map(),
    down: 0,
    loseAnswer: false,
  };
  const server = createServer((request, response) => {
    void answer(double, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(double, {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

async function answer(
  double: Omit<JenkinsDouble, "url" | "close">,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://jenkins");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const json = (value: unknown) => response.setHeader("content-type", "application/json").end(JSON.stringify(value));
  const status = (code: number) => void response.writeHead(code).end();
  double.calls.push(`${request.method} ${pathname}`);
  if (double.down > 0) {
    double.down -= 1;
    return status(503);
  }
  const basic = `Basic ${Buffer.from(`${USER}:${TOKEN}`).toString("base64")}`;
  if (request.headers.authorization !== basic) return status(401);
  if (pathname === "/crumbIssuer/api/json") {
    response.setHeader("set-cookie", `${SESSION}; Path=/; HttpOnly`);
    return json({ crumb: "c1", crumbRequestField: "Jenkins-Crumb" });
  }
  if (request.method === "POST" && (request.headers["jenkins-crumb"] !== "c1" || request.headers.cookie !== SESSION))
    return status(403);

  const start = /^(.*)\/(build|buildWithParameters)$/.exec(pathname);
  if (start && request.method === "POST") {
    const [, job = "", how] = start;
    if (how === "build" && double.found.size > 0) {
      for (const [name, plan] of double.found) double.jobs.set(name, plan);
      double.found.clear();
      return status(200);
    }
    const plan = double.jobs.get(job);
    if (!plan) return status(404);
    const parameters = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8")));
    const number = double.builds.length + 1;
    const item = 100 + number;
    const waits = plan.waits ?? 0;
    double.builds.push({ number, job, item, parameters, plan, waits, parts: 0, result: null, cancelled: false });
    if (double.loseAnswer) {
      double.loseAnswer = false;
      return request.socket.destroy();
    }
    response.setHeader("location", `http://jenkins.internal/queue/item/${item}/`);
    return status(201);
  }
  const actions = (build: Build) => [
    {},
    { parameters: Object.entries(build.parameters).map(([name, value]) => ({ name, value })) },
  ];
  const item = /^\/queue\/item\/(\d+)\/api\/json$/.exec(pathname);
  if (item) {
    const build = double.builds.find((one) => one.item === Number(item[1]));
    if (!build) return status(404);
    if (build.cancelled) return json({ cancelled: true, why: null });
    if (build.waits-- > 0) return json({ why: "Waiting for next available executor" });
    return json({ cancelled: false, executable: { number: build.number } });
  }
  if (pathname === "/queue/api/json")
    return json({
      items: double.builds
        .filter((build) => build.waits > 0)
        .map((build) => ({ id: build.item, actions: actions(build) })),
    });
  if (pathname === "/queue/cancelItem") {
    for (const build of double.builds) if (build.item === Number(searchParams.get("id"))) build.cancelled = true;
    return status(204);
  }
  const list = /^(\/job\/.*?)\/api\/json$/.exec(pathname);
  const one = /^(\/job\/.*)\/(\d+)\/(api\/json|logText\/progressiveText|stop|term|kill)$/.exec(pathname);
  if (one) {
    const [, job, number, what = ""] = one;
    const build = double.builds.find((some) => some.job === job && some.number === Number(number));
    if (!build) return status(404);
    return answerBuild(build, what, Number(searchParams.get("start") ?? 0), { json, status, response });
  }
  if (list) {
    if (!double.jobs.has(list[1] ?? "")) return status(404);
    const builds = double.builds.filter((build) => build.job === list[1] && build.waits <= 0);
    return json({ builds: builds.map((build) => ({ number: build.number, actions: actions(build) })) });
  }
  return status(404);
}

function answerBuild(
  build: Build,
  what: string,
  from: number,
  to: { json: (value: unknown) => void; status: (code: number) => void; response: ServerResponse },
) {
  const { plan } = build;
  const parts = plan.says ?? ["hello\n"];
  if (what === "stop" || what === "term" || what === "kill") {
    if (what === "kill" || plan.endless !== "deaf") build.result ??= "ABORTED";
    return to.status(what === "stop" ? 302 : 200);
  }
  if (what === "api/json") {
    if (build.parts >= parts.length && !plan.endless) build.result ??= plan.result ?? "SUCCESS";
    return to.json({ number: build.number, building: build.result === null, result: build.result, builtOn: "agent-7" });
  }
  build.parts = Math.min(parts.length, build.parts + 1);
  const text = Buffer.from(parts.slice(0, build.parts).join(""));
  to.response.setHeader("x-text-size", String(text.length));
  if (build.result === null || build.parts < parts.length) to.response.setHeader("x-more-data", "true");
  to.response.end(text.subarray(from));
}
