/** Jobs whose pods use the test's own image. */
import type { Executor } from "../../runner/executor.ts";
import type { Assignment } from "../../src/jobs/protocol.ts";

/** Every container of a job gets this image, since the conformance table names others; what is at 127.0.0.1 stays. */
export function withImage(executor: Executor, image: string): Executor {
  const changed = (assignment: Assignment): Assignment => {
    const { prowjob } = assignment;
    const spec = prowjob.spec.pod_spec ?? {};
    const containers = (Array.isArray(spec["containers"]) ? spec["containers"] : []) as readonly object[];
    const named = containers.map((one, index) => ({
      name: `c${index}`,
      ...one,
      image: isElsewhere(one) ? one.image : image,
    }));
    return {
      ...assignment,
      prowjob: { ...prowjob, spec: { ...prowjob.spec, pod_spec: { ...spec, containers: named } } },
    };
  };
  return {
    ...executor,
    start: (assignment, sink) => executor.start(changed(assignment), sink),
    recover: (assignment, trace, startedAt, sink) => executor.recover(changed(assignment), trace, startedAt, sink),
  };
}

const isElsewhere = (container: object): container is { image: string } =>
  "image" in container && typeof container.image === "string" && container.image.startsWith("127.");
