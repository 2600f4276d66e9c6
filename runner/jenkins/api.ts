/**
 * The few calls of Jenkins' remote API that the runner needs. Each answer is parsed before it is used; a CSRF crumb is
 * fetched when Jenkins asks for one, and goes with the session that it belongs to.
 */
import * as z from "zod";

export interface JenkinsSettings {
  /** Where Jenkins is, e.g. `https://jenkins.example.org`, with its context path. */
  readonly url: string;
  readonly user?: string;
  /** The user's API token or password. */
  readonly token?: string;
  readonly pollMs?: number;
}

/** Jenkins refused: trying again as things are helps nobody. */
export class JenkinsRefused extends Error {
  override readonly name = "JenkinsRefused";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const Parameters = z.array(
  z
    .looseObject({
      parameters: z.array(z.looseObject({ name: z.string(), value: z.unknown() })).optional(),
    })
    .nullable(),
);
const Build = z.looseObject({
  number: z.int(),
  building: z.boolean(),
  result: z.string().nullish(),
  builtOn: z.string().nullish(),
});
export type JenkinsBuild = z.infer<typeof Build>;
const QueueItem = z.looseObject({
  why: z.string().nullish(),
  cancelled: z.boolean().nullish(),
  executable: z.looseObject({ number: z.int() }).nullish(),
});
const Builds = z.looseObject({
  builds: z.array(z.looseObject({ number: z.int(), actions: Parameters.nullish() })).nullish(),
});
const Queue = z.looseObject({
  items: z.array(z.looseObject({ id: z.int(), actions: Parameters.nullish() })).nullish(),
});
const Crumb = z.looseObject({ crumb: z.string(), crumbRequestField: z.string().regex(/^[A-Za-z0-9-]+$/) });

const CALL_MS = 30_000;
/** How many of a job's newest builds are searched for ours. */
const SEARCHED = 100;
const TREE = "actions[parameters[name,value]]";

export interface LogPart {
  readonly bytes: Uint8Array;
  /** Offset of the next part. */
  readonly next: number;
  readonly more: boolean;
}

/** Where a build of ours stands. */
export type Place = { readonly queued: number } | { readonly number: number };

export interface JenkinsApi {
  /** The build or queue item whose parameter PROW_JOB_ID is `id`; null when there is none. */
  find(job: string, id: string): Promise<Place | null>;
  /** Starts a build; the number of its queue item. Throws JenkinsRefused 404 when there is no such job. */
  launch(job: string, parameters: Readonly<Record<string, string>>): Promise<number>;
  /** Has a multibranch project look for new branches. */
  scan(project: string): Promise<void>;
  queued(item: number): Promise<z.infer<typeof QueueItem> | null>;
  build(job: string, number: number): Promise<JenkinsBuild | null>;
  log(job: string, number: number, from: number): Promise<LogPart>;
  /** `stop` asks the build to end, `term` and `kill` press harder. */
  end(job: string, number: number, how: "stop" | "term" | "kill"): Promise<void>;
  cancel(item: number): Promise<void>;
}

export function jenkinsApi(settings: JenkinsSettings): JenkinsApi {
  const base = settings.url.replace(/\/+$/, "");
  const authorization = settings.user
    ? { authorization: `Basic ${Buffer.from(`${settings.user}:${settings.token ?? ""}`).toString("base64")}` }
    : {};
  let session: Record<string, string> = {};

  const send = async (method: "GET" | "POST", path: string, body?: URLSearchParams): Promise<Response> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { accept: "application/json, */*", ...authorization, ...(method === "POST" ? session : {}) },
      ...(body ? { body } : {}),
      redirect: "manual",
      signal: AbortSignal.timeout(CALL_MS),
    });
    if (response.status >= 500) throw new Error(`Jenkins answered ${response.status} to ${method} ${path}`);
    return response;
  };
  const crumb = async () => {
    const response = await send("GET", "/crumbIssuer/api/json");
    if (!response.ok) return {};
    const { crumb, crumbRequestField } = Crumb.parse(await response.json());
    const cookie = response.headers.getSetCookie().map((one) => one.split(";", 1)[0] ?? "");
    return { [crumbRequestField]: crumb, ...(cookie.length > 0 ? { cookie: cookie.join("; ") } : {}) };
  };
  const post = async (path: string, body?: URLSearchParams): Promise<Response> => {
    const first = await send("POST", path, body);
    if (first.status !== 403) return first;
    // No crumb yet, or one of a session that is over.
    session = await crumb();
    return send("POST", path, body);
  };
  const read = async <Out>(path: string, shape: z.ZodType<Out>): Promise<Out | null> => {
    const response = await send("GET", path);
    if (response.status === 404) return null;
    if (!response.ok) throw refusal(response.status, `GET ${path}`);
    return shape.parse(await response.json());
  };
  const press = async (path: string) => {
    const response = await post(path);
    // Jenkins answers with a redirect to a page, or with 404 when there is nothing left to end.
    if (response.status === 401 || response.status === 403) throw refusal(response.status, `POST ${path}`);
  };

  return {
    async find(job, id) {
      const running = await read(`${job}/api/json?tree=builds[number,${TREE}]{0,${SEARCHED}}`, Builds);
      const ours = running?.builds?.find(({ actions }) => carries(actions, id));
      if (ours) return { number: ours.number };
      const waiting = await read(`/queue/api/json?tree=items[id,${TREE}]`, Queue);
      const item = waiting?.items?.find(({ actions }) => carries(actions, id));
      return item ? { queued: item.id } : null;
    },
    async launch(job, parameters) {
      let response = await post(`${job}/buildWithParameters`, new URLSearchParams(parameters));
      // A job without parameters takes none.
      if (response.status === 400) response = await post(`${job}/build`);
      const item = /\/queue\/item\/(\d+)\/?$/.exec(response.headers.get("location") ?? "")?.[1];
      if (response.status !== 201 || item === undefined)
        throw refusal(response.status, `POST ${job}/buildWithParameters`);
      return Number(item);
    },
    async scan(project) {
      const response = await post(`${project}/build?delay=0`);
      if (response.status >= 400) throw refusal(response.status, `POST ${project}/build`);
    },
    queued: (item) => read(`/queue/item/${item}/api/json?tree=why,cancelled,executable[number]`, QueueItem),
    build: (job, number) => read(`${job}/${number}/api/json?tree=number,building,result,builtOn`, Build),
    async log(job, number, from) {
      const response = await send("GET", `${job}/${number}/logText/progressiveText?start=${from}`);
      if (response.status === 404) return { bytes: new Uint8Array(), next: from, more: false };
      if (!response.ok) throw refusal(response.status, `GET ${job}/${number}/logText/progressiveText`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      const size = Number(response.headers.get("x-text-size") ?? Number.NaN);
      const next = Number.isSafeInteger(size) ? size : from + bytes.length;
      return { bytes, next, more: response.headers.get("x-more-data") === "true" };
    },
    end: (job, number, how) => press(`${job}/${number}/${how}`),
    cancel: (item) => press(`/queue/cancelItem?id=${item}`),
  };
}

function carries(actions: z.infer<typeof Parameters> | null | undefined, id: string): boolean {
  return (actions ?? []).some((action) =>
    action?.parameters?.some(({ name, value }) => name === "PROW_JOB_ID" && value === id),
  );
}

function refusal(status: number, call: string): JenkinsRefused {
  if (status === 401 || status === 403)
    return new JenkinsRefused(status, `Jenkins answered ${status} to ${call}: give the runner a user who may do that.`);
  return new JenkinsRefused(status, `Jenkins answered ${status} to ${call}.`);
}
