/** A whole cluster of one node on this machine, for the tests: API server, scheduler, kubelet, containerd and runc. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { debianPrograms, kubernetesPrograms } from "./binaries.ts";
import { type ControlPlane, startControlPlane } from "./control-plane.ts";
import { baseLayerFile, filesLayer, importImage, layerOf } from "./images.ts";
import { dropNetwork, makeNetwork, NODE, PAUSE_IMAGE, startContainerd, startKubelet } from "./node.ts";
import { endContainers, unmountBelow } from "./leftovers.ts";
import { type Running, until } from "./process.ts";

export const JOB_IMAGE = "cutwater.test/job:1";
export const RUNNER_IMAGE = "cutwater.test/runner:1";

export interface Cluster {
  readonly plane: ControlPlane;
  /** Under which pods reach this machine. */
  readonly address: string;
  stopKubelet(): Promise<void>;
  startKubelet(): Promise<void>;
  /** Makes an image of the base and some files. */
  image(name: string, files: Readonly<Record<string, string>>, entrypoint: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(say: (line: string) => void = console.log): Promise<Cluster> {
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
    const plane = await startControlPlane({ folder, programs, address: network.gateway });
    stops.push(() => plane.stop());
    const { running: containerd, socket } = await startContainerd(folder, network);
    stops.push(
      () => containerd.stop(),
      () => endContainers(socket),
    );
    importImage(socket, folder, { name: PAUSE_IMAGE, layers: [base], entrypoint: ["/bin/sleep", "infinity"] });
    importImage(socket, folder, { name: JOB_IMAGE, layers: [base], entrypoint: ["/bin/sh"] });
    let kubelet: Running | null = null;
    const startIt = async () => {
      kubelet = await startKubelet(folder, programs, plane, socket, network.gateway);
      await until("the node", () => nodeIsReady(plane), 60, kubelet.logFile);
    };
    stops.push(async () => kubelet?.stop());
    await startIt();
    return {
      plane,
      address: network.gateway,
      stopKubelet: async () => kubelet?.kill(),
      startKubelet: startIt,
      async image(name, files, entrypoint) {
        const layer = await layerOf(filesLayer(folder, name.replaceAll(/\W/g, "-"), files));
        importImage(socket, folder, { name, layers: [base, layer], entrypoint });
        rmSync(layer.file);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface NodeObject {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function nodeIsReady(plane: ControlPlane): Promise<boolean> {
  const { status } = await plane.admin.get<NodeObject>(`/api/v1/nodes/${NODE}`);
  const ready = status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
  // The taint is taken off by a controller that does not run here.
  if (ready) await plane.admin.patch(`/api/v1/nodes/${NODE}`, { spec: { taints: null } });
  return ready;
}
