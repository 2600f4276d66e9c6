/**
 * A second node that is nothing but its lease, on which no pod comes. With one node alone Kubernetes takes a silent kubelet
 * for a fault of the network and evicts nothing.
 */
import type { KubeClient } from "./client.ts";

const NAME = "node-spare";
const RENEW_MS = 2000;
const NODES = "/api/v1/nodes";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

export async function spareNode(admin: KubeClient): Promise<{ stop(): Promise<void> }> {
  const now = () => new Date().toISOString().replace("Z", "000Z");
  await admin.create(NODES, { metadata: { name: NAME }, spec: { unschedulable: true } });
  await admin.create(LEASES, {
    metadata: { name: NAME },
    spec: { holderIdentity: NAME, leaseDurationSeconds: 8, renewTime: now() },
  });
  const ready = { type: "Ready", status: "True", reason: "KubeletReady", message: "", lastHeartbeatTime: new Date() };
  await admin.patch(`${NODES}/${NAME}/status`, { status: { conditions: [ready] } });
  const renewing = setInterval(() => {
    admin.patch(`${LEASES}/${NAME}`, { spec: { renewTime: now() } }).catch(() => undefined);
  }, RENEW_MS);
  return {
    async stop() {
      clearInterval(renewing);
      await admin.delete(`${LEASES}/${NAME}`);
      await admin.delete(`${NODES}/${NAME}`);
    },
  };
}
