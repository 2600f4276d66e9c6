/** What kube-proxy would do for the one service that is here: `kubernetes.default`, the API server. */
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";

/** Listens on the service's address and hands connections on. */
export async function serviceProxy(address: string, apiPort: number): Promise<Server> {
  const server = createServer((client) => {
    const api = connect(apiPort, "127.0.0.1");
    client.pipe(api).pipe(client);
    for (const [one, other] of [
      [client, api],
      [api, client],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
  server.listen(443, address);
  await once(server, "listening");
  return server;
}
