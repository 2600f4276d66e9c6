/** Repositories of a running system with plugins of their own, and what stands on their pages. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import * as z from "zod";
import type { Snapshot } from "../../sandbox/control/snapshot.ts";
import { eventually, type TestSystem } from "./system.ts";

export const ORG = "cutwater-demo";
const CONFIG = `${ORG}/config`;
const OWNER = "ada";
/** How long the worker may take the version before for the current one. */
const CACHED_MS = 2_100;
/** Many plugins and people at once, on a machine that may be busy. */
const PATIENCE_S = 60;

/** Pushes files of the configuration's repository and waits until they are in use. */
export async function useConfig(system: TestSystem, files: Readonly<Record<string, string>>): Promise<void> {
  const version = async (): Promise<string> =>
    z.object({ version: z.string() }).parse(await (await fetch(`${system.worker.url}/api/config`)).json()).version;
  const before = await version();
  const { control } = system.github;
  await control.push({ repo: CONFIG, as: OWNER, branch: "main", files, message: "Enable what is tested" });
  await eventually("the configuration is in use", async () => (await version()) !== before);
  await new Promise((resolve) => setTimeout(resolve, CACHED_MS));
}

/** What people do in one repository, and what comes of it. */
export function inRepository(system: TestSystem, name: string) {
  const repo = `${ORG}/${name}`;
  const { control } = system.github;
  const page = (number: number): Snapshot => control.snapshot({ repo, number });
  return {
    repo,
    page,
    issue: (as: string, title: string, body = ""): number => control.createIssue({ repo, as, title, body }).number,
    async pull(as: string, title: string, files: Readonly<Record<string, string>>, more = {}): Promise<number> {
      return (await control.createPull({ repo, as, title, files, ...more })).number;
    },
    say: (number: number, as: string, body: string): void => void control.comment({ repo, number, as, body }),
    /** Waits until a page is so, and shows it. */
    async until(number: number, what: string, is: (page: Snapshot) => boolean): Promise<Snapshot> {
      return await eventually(
        what,
        () => {
          const seen = page(number);
          return is(seen) ? seen : null;
        },
        PATIENCE_S,
      );
    },
    /** Waits for a comment of the bot's that contains a text. */
    async told(number: number, text: string): Promise<string> {
      const isIt = ({ user, body }: { user: string; body: string }): boolean =>
        user.endsWith("[bot]") && body.includes(text);
      return await eventually(
        `the bot says "${text}" on ${name}#${number}`,
        () => page(number).comments.find(isIt)?.body,
      );
    },
    /** A call to GitHub as a person; answers JSON. */
    async call(as: string, method: string, path: string, body?: unknown): Promise<unknown> {
      const answer = await fetch(`${system.github.apiUrl}/repos/${repo}${path}`, {
        method,
        headers: { authorization: `Bearer ${control.token(as)}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
      return answer.status === 204 ? null : await answer.json();
    },
  };
}

export interface StandIn {
  readonly url: string;
  /** Bodies of what was posted, by path. */
  readonly posted: readonly { readonly path: string; readonly body: string }[];
  close(): void;
}

/** A service outside of GitHub, near by: JSON by path (without the query), `{}` for others. */
export async function standIn(answers: Readonly<Record<string, unknown>>): Promise<StandIn> {
  const posted: { path: string; body: string }[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(Buffer.from(part));
    const path = new URL(request.url ?? "/", "http://here").pathname;
    if (request.method === "POST") posted.push({ path, body: Buffer.concat(parts).toString() });
    response.setHeader("content-type", "application/json").end(JSON.stringify(answers[path] ?? {}));
  }
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    posted,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
