/** The pods' network on this machine. */
import { execFileSync } from "node:child_process";

export interface Network {
  readonly bridge: string;
  /** Of the bridge on this machine: what pods reach it by. */
  readonly gateway: string;
  readonly subnet: string;
  /** Range of the services' addresses; its first one is the API server's. */
  readonly services: string;
  readonly apiService: string;
}

/** A bridge of this process's own, so that two runs do not meet. It is there before the first pod. */
export function makeNetwork(): Network {
  const number = 20 + (process.pid % 200);
  const network = {
    bridge: `cw${number}`,
    gateway: `10.213.${number}.1`,
    subnet: `10.213.${number}.0/24`,
    services: `10.96.${number}.0/24`,
    apiService: `10.96.${number}.1`,
  };
  // An address of its own: else it takes one of its ports', which changes under the pods as they come and go.
  const mac = `0a:58:0a:d5:${number.toString(16).padStart(2, "0")}:01`;
  ip("link", "add", network.bridge, "address", mac, "type", "bridge");
  ip("addr", "add", `${network.gateway}/24`, "dev", network.bridge);
  ip("addr", "add", `${network.apiService}/32`, "dev", network.bridge);
  ip("link", "set", network.bridge, "up");
  return network;
}

export function dropNetwork({ bridge }: Network): void {
  ip("link", "delete", bridge);
}

function ip(...args: string[]): void {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}
