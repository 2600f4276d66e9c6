/** etcd, API server, controllers and scheduler on loopback. */
import { createServer } from "node:net";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Authority, type Pair } from "./certificates.ts";
import { KubeClient } from "./client.ts";
import type { Network } from "./network.ts";
import { type Running, start, until } from "./process.ts";
import { serviceProxy } from "./service-proxy.ts";

export interface ControlPlane {
  readonly url: string;
  readonly authority: Authority;
  readonly admin: KubeClient;
  readonly kubeconfig: string;
  /** A kubeconfig file for another user. */
  kubeconfigOf(name: string, pair: Pair): string;
  /** Kills the API server and starts it again on the same port. */
  restartApiServer(): Promise<void>;
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  readonly folder: string;
  readonly programs: string;
  readonly network: Network;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

export async function startControlPlane({ folder, programs, network }: ControlPlaneOptions): Promise<ControlPlane> {
  const pki = path.join(folder, "pki");
  mkdirSync(pki, { recursive: true });
  const authority = new Authority(pki);
  const address = network.gateway;
  const [etcdPort, peerPort, apiPort, schedulerPort, controllerPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const url = `https://${address}:${apiPort}`;
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const etcd = start(folder, "etcd", "etcd", [
    `--data-dir=${path.join(folder, "etcd")}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
    "--unsafe-no-fsync",
  ]);
  await until("etcd", async () => (await fetch(`${etcdUrl}/health`)).ok, 30, etcd.logFile);
  const names = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "localhost",
    "127.0.0.1",
    network.apiService,
    address,
  ];
  const server = authority.sign("kube-apiserver", { names });
  const kubeletClient = authority.sign("apiserver-kubelet-client", { organization: "system:masters" });
  const tokenKey = authority.tokenKey();
  const runApi = (): Running =>
    start(folder, "kube-apiserver", path.join(programs, "kube-apiserver"), [
      `--etcd-servers=${etcdUrl}`,
      `--secure-port=${apiPort}`,
      `--bind-address=0.0.0.0`,
      `--advertise-address=${address}`,
      `--tls-cert-file=${server.cert}`,
      `--tls-private-key-file=${server.key}`,
      `--client-ca-file=${authority.ca.cert}`,
      `--kubelet-client-certificate=${kubeletClient.cert}`,
      `--kubelet-client-key=${kubeletClient.key}`,
      `--kubelet-certificate-authority=${authority.ca.cert}`,
      "--kubelet-preferred-address-types=InternalIP",
      `--service-account-key-file=${tokenKey}`,
      `--service-account-signing-key-file=${tokenKey}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-cluster-ip-range=${network.services}`,
      "--authorization-mode=Node,RBAC",
      "--allow-privileged=true",
      "--enable-admission-plugins=NodeRestriction",
      // Days are minutes here: five of them until pods leave a node that is not heard.
      "--default-unreachable-toleration-seconds=5",
      "--default-not-ready-toleration-seconds=30",
    ]);
  let api = runApi();
  const adminPair = authority.sign("admin", { organization: "system:masters" });
  const admin = new KubeClient(url, {
    ca: readFileSync(authority.ca.cert),
    cert: readFileSync(adminPair.cert),
    key: readFileSync(adminPair.key),
  });
  const ready = () =>
    until("kube-apiserver", async () => (await admin.text("GET", "/readyz")) === "ok", 90, api.logFile);
  await ready();
  const kubeconfigOf = (name: string, pair: Pair): string => {
    const file = path.join(folder, `${name}.kubeconfig`);
    writeFileSync(file, kubeconfig(url, authority.ca.cert, pair));
    return file;
  };
  const scheduler = start(folder, "kube-scheduler", path.join(programs, "kube-scheduler"), [
    `--kubeconfig=${kubeconfigOf("kube-scheduler", authority.sign("system:kube-scheduler"))}`,
    "--leader-elect=false",
    `--secure-port=${schedulerPort}`,
    "--bind-address=127.0.0.1",
  ]);
  const manager = authority.sign("system:kube-controller-manager", { organization: "system:masters" });
  const controllers = start(folder, "kube-controller-manager", path.join(programs, "kube-controller-manager"), [
    `--kubeconfig=${kubeconfigOf("kube-controller-manager", manager)}`,
    "--leader-elect=false",
    `--secure-port=${controllerPort}`,
    "--bind-address=127.0.0.1",
    `--service-account-private-key-file=${tokenKey}`,
    `--root-ca-file=${authority.ca.cert}`,
    "--node-monitor-period=2s",
    "--node-monitor-grace-period=12s",
  ]);
  const proxy = await serviceProxy(network.apiService, apiPort);
  return {
    url,
    authority,
    admin,
    kubeconfig: kubeconfigOf("admin", adminPair),
    kubeconfigOf,
    async restartApiServer() {
      await api.kill();
      api = runApi();
      await ready();
    },
    async stop() {
      proxy.close();
      await controllers.stop();
      await scheduler.stop();
      await api.stop();
      await etcd.stop();
    },
  };
}

function kubeconfig(server: string, ca: string, { cert, key }: Pair): string {
  const document = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority": ca } }],
    users: [{ name: "user", user: { "client-certificate": cert, "client-key": key } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "user" } }],
    "current-context": "test",
  };
  return JSON.stringify(document, null, 2);
}
