/** A sandbox in a folder of its own, with somebody who receives its webhooks. */
import { createHmac, createSign } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Sandbox, startSandbox } from "../../../sandbox/index.ts";

export const SECRET = "a webhook secret";
export const HELLO = "cutwater-demo/hello";
export const HARBOR = "cutwater-demo/harbor";
export const PRIVATE = "cutwater-demo/secret-harbor";

export type Json = { readonly [key: string]: unknown };

export interface Received {
  readonly event: string;
  readonly guid: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly payload: Json;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What to answer next; 200 when empty. */
  readonly answers: number[];
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const event = String(request.headers["x-github-event"]);
      const guid = String(request.headers["x-github-delivery"]);
      received.push({ event, guid, headers: request.headers, body, payload: JSON.parse(body) as Json });
      response.writeHead(answers.shift() ?? 200).end("thanks");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answers,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the answer; an empty object when there is none. */
  readonly json: Json;
}

export interface Ask {
  readonly method?: string;
  readonly token?: string | null;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Bench extends Receiver {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** Calls the interface as the organisation's owner unless told otherwise. */
  readonly ask: (path: string, ask?: Ask) => Promise<Answer>;
  /** A web token of the demo App. */
  readonly jwt: (claims?: Json) => string;
  /** A token of the demo App's installation. */
  readonly installationToken: (body?: Json) => Promise<string>;
  /** Stops it; `keep` leaves the state for another start. */
  end(keep?: boolean): Promise<void>;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export function jwtOf(privateKey: string, claims: Json): string {
  const head = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${head}.${createSign("RSA-SHA256").update(head).sign(privateKey, "base64url")}`;
}

export const signatureOf = (body: string): string =>
  `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;

export const seconds = (): number => Math.floor(Date.now() / 1000);

/** Starts a sandbox with its demo, or on the state of an earlier one. */
export async function startBench(folder?: string): Promise<Bench> {
  const stateDir = folder ?? (await mkdtemp(path.join(tmpdir(), "sandbox-")));
  const receiver = await startReceiver();
  const sandbox = await startSandbox({ port: 0, stateDir, webhook: { url: receiver.url, secret: SECRET } });
  const ask: Bench["ask"] = async (where, { method = "GET", token, body, headers = {} } = {}) => {
    const authorization = token === null ? {} : { authorization: `Bearer ${token ?? sandbox.credentials.token}` };
    const answer = await fetch(where.startsWith("http") ? where : sandbox.apiUrl + where, {
      method,
      headers: { "user-agent": "test", ...authorization, ...headers },
      redirect: "manual",
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json: unknown =
      text !== "" && (answer.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : {};
    return { status: answer.status, headers: answer.headers, text, json: json as Json };
  };
  const jwt = (claims: Json = {}) =>
    jwtOf(sandbox.credentials.privateKey, {
      iat: seconds() - 30,
      exp: seconds() + 540,
      iss: sandbox.credentials.appId,
      ...claims,
    });
  return {
    ...receiver,
    sandbox,
    folder: stateDir,
    ask,
    jwt,
    async installationToken(body = {}) {
      const { json } = await ask("/orgs/cutwater-demo/installation", { token: jwt() });
      const made = await ask(`/app/installations/${String(json.id)}/access_tokens`, {
        method: "POST",
        token: jwt(),
        body,
      });
      return String(made.json.token);
    },
    async end(keep = false) {
      await sandbox.stop();
      await receiver.close();
      if (!keep) await rm(stateDir, { recursive: true, force: true });
    },
  };
}
