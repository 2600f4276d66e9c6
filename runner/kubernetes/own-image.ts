/** Which image this runner runs, when it runs in a pod that says which one it is. */
import { z } from "zod";
import type { KubeApi } from "./api.ts";

const Pod = z.object({ spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }) });
/** Name of the runner's container in deploy/kubernetes. */
const CONTAINER = "runner";

/** Throws what to do when it cannot be known. */
export async function ownImage(api: KubeApi, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { POD_NAMESPACE: namespace, POD_NAME: name } = env;
  if (!namespace || !name)
    throw new Error(
      "--executor kubernetes needs --image: the runner's own image, which the pods clone and upload with.",
    );
  const { spec } = Pod.parse(await api.call("GET", `/api/v1/namespaces/${namespace}/pods/${name}`));
  const found = spec.containers.find((container) => container.name === CONTAINER);
  if (!found) throw new Error(`Pod ${name} has no container "${CONTAINER}". Give --image.`);
  return found.image;
}
