/** Which job queues a job passes before it runs (spec jobs 2.5). Pure. */
import { ownValue } from "../config/lookup.ts";
import type { ProwSettings } from "../config/model.ts";

export interface Place {
  /** Name of the JobQueue object. */
  readonly queue: string;
  /** Below 0 unlimited, 0 blocked; null: the configuration does not know the queue. */
  readonly capacity: number | null;
  /** What the status says while the job waits for it. */
  readonly why: string;
}

/** The JobQueue of `plank.max_concurrency`; no configured queue's name has a space. */
const ALL_JOBS = "plank max_concurrency";

/** The job's own queue, then plank's limit over all jobs. `plank` null: no configuration. */
export function placesOf(
  queue: string | undefined,
  plank: Pick<ProwSettings["plank"], "job_queue_capacities" | "max_concurrency"> | null,
): Place[] {
  const places: Place[] = [];
  const known = plank?.job_queue_capacities ?? {};
  if (queue !== undefined && queue !== "") {
    const capacity = ownValue(known, queue) ?? null;
    const why =
      capacity === null
        ? `Waiting: plank.job_queue_capacities has no queue ${queue}.`
        : `Waiting for a place in job queue ${queue} (capacity ${capacity}).`;
    places.push({ queue, capacity, why });
  }
  const most = plank?.max_concurrency ?? 0;
  if (most > 0)
    places.push({ queue: ALL_JOBS, capacity: most, why: `Waiting: no more than ${most} jobs run at a time.` });
  return places;
}
