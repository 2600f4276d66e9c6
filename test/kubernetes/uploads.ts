/** The worker's side of artifact uploads from pods, in memory. */
import { once } from "node:events";
import { createServer } from "node:http";

export interface Uploads {
  readonly url: string;
  /** Of a job, by name. */
  of(job: string): ReadonlyMap<string, string>;
  close(): void;
}

export async function takeUploads(host: string): Promise<Uploads> {
  const uploads = new Map<string, Map<string, string>>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [, job = "", name = ""] = /^\/runner\/jobs\/([^/]+)\/artifacts\/(.+)$/.exec(request.url ?? "") ?? [];
      const authorized = request.headers.authorization === `Bearer pod-token-of-${job}`;
      const known = uploads.get(job) ?? new Map<string, string>();
      if (authorized) uploads.set(job, known.set(decodeURIComponent(name), Buffer.concat(chunks).toString()));
      response.writeHead(authorized ? 200 : 401, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://${host}:${typeof address === "object" && address ? address.port : 0}`,
    of: (job) => uploads.get(job) ?? new Map(),
    close: () => void server.close(),
  };
}
