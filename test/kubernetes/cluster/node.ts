/** One node: containerd with runc, a CNI bridge, and the kubelet, all with folders of their own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ControlPlane } from "./control-plane.ts";
import { freePort } from "./control-plane.ts";
import type { Network } from "./network.ts";
import { type Running, start, until } from "./process.ts";

export const NODE = "node-1";
export const PAUSE_IMAGE = "cutwater.test/pause:1";

function cniConfig({ bridge, subnet, gateway }: Network): object {
  const ipam = { type: "host-local", ranges: [[{ subnet, gateway }]], routes: [{ dst: "0.0.0.0/0" }] };
  const plugin = { type: "bridge", bridge, isGateway: true, ipMasq: false, hairpinMode: true, ipam };
  return { cniVersion: "0.4.0", name: "cutwater-test", plugins: [plugin] };
}

export async function startContainerd(folder: string, network: Network): Promise<{ running: Running; socket: string }> {
  const home = path.join(folder, "containerd");
  const cni = path.join(home, "cni");
  mkdirSync(cni, { recursive: true });
  writeFileSync(path.join(cni, "10-test.conflist"), JSON.stringify(cniConfig(network)));
  // Unix sockets have at most 107 bytes of name.
  const socket = path.join(folder, "containerd.sock");
  const config = `version = 2
root = "${home}/root"
state = "${home}/state"
oom_score = -999
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cni}"
`;
  writeFileSync(path.join(home, "config.toml"), config);
  const running = start(folder, "containerd", "containerd", ["--config", path.join(home, "config.toml")]);
  const ready = async () => {
    execFileSync("ctr", ["--address", socket, "version"], { stdio: "ignore" });
    return true;
  };
  await until("containerd", ready, 30, running.logFile);
  return { running, socket };
}

export async function startKubelet(
  folder: string,
  programs: string,
  plane: ControlPlane,
  socket: string,
  address: string,
): Promise<Running> {
  const home = path.join(folder, "kubelet");
  mkdirSync(home, { recursive: true });
  const user = plane.authority.sign(`system:node:${NODE}`, { organization: "system:nodes" });
  const server = plane.authority.sign(`kubelet-${NODE}`, { names: [NODE, address] });
  const [port, healthPort] = [await freePort(), await freePort()];
  const config = {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: `unix://${socket}`,
    address: "0.0.0.0",
    port,
    readOnlyPort: 0,
    healthzPort: healthPort,
    healthzBindAddress: "127.0.0.1",
    tlsCertFile: server.cert,
    tlsPrivateKeyFile: server.key,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: plane.authority.ca.cert },
    },
    authorization: { mode: "Webhook" },
    cgroupDriver: "cgroupfs",
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    failCgroupV1: false,
    localStorageCapacityIsolation: false,
    makeIPTablesUtilChains: false,
    registerNode: true,
    staticPodPath: "",
    clusterDNS: [],
    resolvConf: "/etc/resolv.conf",
    syncFrequency: "1s",
    nodeStatusUpdateFrequency: "2s",
    nodeStatusReportFrequency: "10s",
    nodeLeaseDurationSeconds: 8,
    fileCheckFrequency: "20s",
    imageGCHighThresholdPercent: 100,
    evictionHard: {},
    volumePluginDir: path.join(home, "volume-plugins"),
    podLogsDir: path.join(folder, "pod-logs"),
  };
  const file = path.join(home, "config.json");
  writeFileSync(file, JSON.stringify(config, null, 2));
  const running = start(folder, "kubelet", path.join(programs, "kubelet"), [
    `--config=${file}`,
    `--kubeconfig=${plane.kubeconfigOf("kubelet", user)}`,
    `--root-dir=${home}`,
    `--hostname-override=${NODE}`,
    `--node-ip=${address}`,
    "--v=2",
  ]);
  return running;
}
