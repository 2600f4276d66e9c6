/** The cluster of the tests: one node on this machine with all that makes a cluster, or the one that was given. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { debianPrograms, kubernetesPrograms, whyNoCluster } from "./binaries.ts";
import { type KubeClient, KubeError } from "./client.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { givenCluster, givenKubeconfig } from "./given.ts";
import { baseLayerFile, filesLayer, importImage, layerOf } from "./images.ts";
import { endContainers, unmountBelow } from "./leftovers.ts";
import { dropNetwork, makeNetwork } from "./network.ts";
import { NODE, PAUSE_IMAGE, startContainerd, startKubelet } from "./node.ts";
import { type Running, until } from "./process.ts";
import { buildRunner, runnerEntrypoint } from "./runner-files.ts";

export const JOB_IMAGE = process.env["CUTWATER_TEST_JOB_IMAGE"] ?? "cutwater.test/job:1";
export const RUNNER_IMAGE = process.env["CUTWATER_TEST_RUNNER_IMAGE"] ?? "cutwater.test/runner:1";
/** Whether the cluster is ours to break. */
export const OURS = givenKubeconfig() === null;

export interface Cluster {
  readonly kubeconfig: string;
  readonly admin: KubeClient;
  /** Under which pods reach this machine. */
  readonly address: string;
  /** The program. */
  readonly kubectl: string;
  /** Of our own node only; see {@link OURS}. */
  stopKubelet(): Promise<void>;
  startKubelet(): Promise<void>;
  restartApiServer(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(say: (line: string) => void = console.log): Promise<Cluster> {
  const given = givenKubeconfig();
  return given === null ? await ourCluster(say) : await theirCluster(given);
}

async function theirCluster(kubeconfig: string): Promise<Cluster> {
  const notOurs = (): never => {
    throw new Error("This cluster was given: it is not ours to break.");
  };
  return {
    ...(await givenCluster(kubeconfig)),
    kubectl: "kubectl",
    stopKubelet: notOurs,
    startKubelet: notOurs,
    restartApiServer: notOurs,
    stop: async () => undefined,
  };
}

async function ourCluster(say: (line: string) => void): Promise<Cluster> {
  const why = whyNoCluster();
  if (why !== null) throw new Error(`The Kubernetes level cannot run here: ${why}.`);
  debianPrograms(say);
  const programs = await kubernetesPrograms(say);
  const base = await layerOf(baseLayerFile(say));
  // Short, since it is in the names of sockets.
  const folder = path.join("/tmp", `cw-k8s-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const network = makeNetwork();
  const stops: (() => Promise<void> | void)[] = [() => dropNetwork(network)];
  const stop = async () => {
    for (const one of stops.toReversed()) await Promise.resolve(one()).catch?.((error: unknown) => say(String(error)));
    unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const plane = await startControlPlane({ folder, programs, network });
    stops.push(() => plane.stop());
    const { running: containerd, socket } = await startContainerd(folder, network);
    stops.push(
      () => containerd.stop(),
      () => endContainers(socket),
    );
    const runner = await layerOf(filesLayer(folder, "runner", buildRunner()));
    for (const { name, layers, entrypoint } of [
      { name: PAUSE_IMAGE, layers: [base], entrypoint: ["/bin/sleep", "infinity"] },
      { name: JOB_IMAGE, layers: [base], entrypoint: ["/bin/sh"] },
      { name: RUNNER_IMAGE, layers: [base, runner], entrypoint: runnerEntrypoint() },
    ])
      importImage(socket, folder, { name, layers, entrypoint });
    let kubelet: Running | null = null;
    const startIt = async () => {
      kubelet = await startKubelet(folder, programs, plane, socket, network.gateway);
      await until("the node", () => nodeIsReady(plane), 120, kubelet.logFile);
    };
    stops.push(async () => kubelet?.stop());
    await startIt();
    return {
      kubeconfig: plane.kubeconfig,
      admin: plane.admin,
      address: network.gateway,
      kubectl: path.join(programs, "kubectl"),
      stopKubelet: async () => kubelet?.kill(),
      startKubelet: startIt,
      restartApiServer: () => plane.restartApiServer(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface NodeObject {
  readonly spec: { readonly taints?: readonly object[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function nodeIsReady({ admin }: ControlPlane): Promise<boolean> {
  const { spec, status } = await admin.get<NodeObject>(`/api/v1/nodes/${NODE}`);
  const ready = status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
  return ready && (spec.taints ?? []).length === 0;
}

/** A namespace in which pods can be made: with its service account. It may be there already. */
export async function makeNamespace(
  { admin }: Cluster,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await admin.create("/api/v1/namespaces", { metadata: { name, labels } }).catch((error: unknown) => {
    if (!(error instanceof KubeError) || error.status !== 409) throw error;
  });
  await until(
    `the service account of ${name}`,
    async () => Boolean(await admin.get(`/api/v1/namespaces/${name}/serviceaccounts/default`)),
    60,
  );
}
