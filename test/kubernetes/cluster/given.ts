/** A cluster that is there already, in place of one of our own: what it takes to test against it. */
import { KubeConfig } from "@kubernetes/client-node";
import { KubeClient } from "./client.ts";

/** The kubeconfig of the cluster to test against; null: we start one. */
export const givenKubeconfig = (): string | null => process.env["CUTWATER_TEST_KUBECONFIG"] || null;

/** From the environment (CONTRIBUTING.md, Levels of tests). Throws what is missing. */
export async function givenCluster(
  kubeconfig: string,
): Promise<{ kubeconfig: string; admin: KubeClient; address: string }> {
  const names = ["CUTWATER_TEST_ADDRESS", "CUTWATER_TEST_JOB_IMAGE", "CUTWATER_TEST_RUNNER_IMAGE"];
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) throw new Error(`With CUTWATER_TEST_KUBECONFIG set ${missing.join(", ")} too.`);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Error(`${kubeconfig} names no current cluster.`);
  const options: Parameters<KubeConfig["applyToHTTPSOptions"]>[0] = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, rejectUnauthorized } = options;
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as const] : [],
    ),
  );
  const admin = new KubeClient(server.replace(/\/+$/, ""), { ca, cert, key, rejectUnauthorized }, headers);
  return { kubeconfig, admin, address: process.env["CUTWATER_TEST_ADDRESS"] ?? "" };
}
