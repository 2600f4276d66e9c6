/** Old rows out of the indexes, some at a time (spec jobs 4.3). Objects forget their own; this is for what they lost. */
import { and, inArray, isNotNull, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { delivery, jobMeasure, prowJob } from "./schema.ts";

const A_SWEEP = 500;

/** Deletes at most 500 rows of each table: deliveries, and jobs that ended, from before these times (milliseconds); and the measures of jobs that ran no more. */
export async function sweepRows(database: D1Database, before: { readonly jobs: number; readonly deliveries: number }) {
  const db = drizzle(database);
  const deliveries = db
    .select({ guid: delivery.guid })
    .from(delivery)
    .where(lt(delivery.receivedAt, before.deliveries))
    .limit(A_SWEEP);
  const jobs = db
    .select({ id: prowJob.id })
    .from(prowJob)
    .where(
      and(
        lt(prowJob.startTime, before.jobs),
        isNotNull(prowJob.completionTime),
        lt(prowJob.completionTime, before.jobs),
      ),
    )
    .limit(A_SWEEP);
  await db.delete(jobMeasure).where(lt(jobMeasure.updatedAt, before.jobs));
  await db.delete(delivery).where(inArray(delivery.guid, deliveries));
  await db.delete(prowJob).where(inArray(prowJob.id, jobs));
}
