/** Old rows out of the indexes, some at a time (spec jobs 4.3). Objects forget their own; this is for what they lost. */
import { and, inArray, isNotNull, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { delivery, jobMeasure, prowJob } from "./schema.ts";

const A_SWEEP = 500;
/** Each is an object to be told, and a parameter of one statement. */
const JOBS_A_SWEEP = 90;

/**
 * Deletes rows from before these times (milliseconds): 500 deliveries at most, 90 jobs that ended, each once `forget` has
 * had its object forget it too; and the measures of jobs that ran no more.
 */
export async function sweepRows(
  database: D1Database,
  before: { readonly jobs: number; readonly deliveries: number },
  forget: (id: string) => Promise<void>,
): Promise<void> {
  const db = drizzle(database);
  const deliveries = db
    .select({ guid: delivery.guid })
    .from(delivery)
    .where(lt(delivery.receivedAt, before.deliveries))
    .limit(A_SWEEP);
  const jobs = await db
    .select({ id: prowJob.id })
    .from(prowJob)
    .where(
      and(
        lt(prowJob.startTime, before.jobs),
        isNotNull(prowJob.completionTime),
        lt(prowJob.completionTime, before.jobs),
      ),
    )
    .limit(JOBS_A_SWEEP);
  await db.delete(jobMeasure).where(lt(jobMeasure.updatedAt, before.jobs));
  await db.delete(delivery).where(inArray(delivery.guid, deliveries));
  const told = await Promise.allSettled(jobs.map(({ id }) => forget(id)));
  const gone = jobs.filter((_, index) => told[index]?.status === "fulfilled").map(({ id }) => id);
  if (gone.length > 0) await db.delete(prowJob).where(inArray(prowJob.id, gone));
}
