/** Builds Kubernetes' programs ahead of the tests that need them; a program of its own, so that it can run beside others. */
import { kubernetesPrograms } from "./binaries.ts";

try {
  await kubernetesPrograms((line) => console.log(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
