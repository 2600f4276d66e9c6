/** Stand-ins for services outside of GitHub, each a small HTTP server near by. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Answer } from "./bugzilla.ts";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** Parsed; null when there is none. */
  readonly body: unknown;
}

export interface Service {
  readonly url: string;
  readonly asked: readonly Asked[];
  stop(): void;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts).toString();
}

/** Listens on any free port. A body that is text goes out as it is, anything else as JSON. */
export async function startService(answer: (asked: Asked) => Answer): Promise<Service> {
  const asked: Asked[] = [];
  const server: Server = createServer((request, response) => {
    void (async () => {
      const text = await textOf(request);
      const one: Asked = {
        method: request.method ?? "GET",
        path: request.url ?? "/",
        headers: request.headers,
        body: text === "" ? null : (JSON.parse(text) as unknown),
      };
      asked.push(one);
      const { status, body } = answer(one);
      const plain = typeof body === "string";
      response.writeHead(status, { "content-type": plain ? "text/plain" : "application/json" });
      response.end(plain ? body : JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
