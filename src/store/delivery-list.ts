/** The list of webhook deliveries: D1's index, filtered, newest first. */
import { and, desc, eq, gte, lt, or } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import * as z from "zod";
import { edgeOf, pageOf } from "./page.ts";
import type { Cursor, Page } from "./page.ts";
import { delivery } from "./schema.ts";
import { seen } from "./sight.ts";
import type { Sight } from "./sight.ts";

export const DELIVERY_STATES = ["waiting", "handled", "failed"] as const;

export interface DeliveryFilter {
  readonly event?: string | undefined;
  readonly state?: (typeof DELIVERY_STATES)[number] | undefined;
  readonly org?: string | undefined;
  readonly repo?: string | undefined;
  readonly number?: number | undefined;
  readonly sender?: string | undefined;
}

export const Row = z.object({
  guid: z.string(),
  event: z.string(),
  action: z.string(),
  org: z.string(),
  repo: z.string(),
  number: z.int(),
  sender: z.string(),
  receivedAt: z.int(),
  state: z.enum(DELIVERY_STATES),
  effects: z.int(),
  summary: z.string(),
});

export type DeliveryListRow = Readonly<z.infer<typeof Row>>;

/** A page of deliveries that `sight` allows. */
export async function listDeliveries(
  database: D1Database,
  sight: Sight,
  filter: DeliveryFilter,
  before: Cursor | null,
  limit: number,
): Promise<Page<DeliveryListRow>> {
  const edge = edgeOf(before, Date.now());
  const conditions = [
    gte(delivery.receivedAt, edge),
    seen(sight, delivery.org, delivery.repo),
    before === null
      ? undefined
      : or(
          lt(delivery.receivedAt, before.time),
          and(eq(delivery.receivedAt, before.time), lt(delivery.guid, before.id)),
        ),
    filter.event ? eq(delivery.event, filter.event) : undefined,
    filter.state ? eq(delivery.state, filter.state) : undefined,
    filter.org ? eq(delivery.org, filter.org) : undefined,
    filter.repo ? eq(delivery.repo, filter.repo) : undefined,
    filter.number !== undefined ? eq(delivery.number, filter.number) : undefined,
    filter.sender ? eq(delivery.sender, filter.sender) : undefined,
  ];
  const db = drizzle(database);
  const [found, beyond] = await db.batch([
    db
      .select()
      .from(delivery)
      .where(and(...conditions))
      .orderBy(desc(delivery.receivedAt), desc(delivery.guid))
      .limit(limit + 1),
    db.select({ guid: delivery.guid }).from(delivery).where(lt(delivery.receivedAt, edge)).limit(1),
  ]);
  const rows = found.map((row) => Row.parse(row));
  return pageOf(rows, limit, (row) => ({ time: row.receivedAt, id: row.guid }), edge, beyond.length > 0);
}

/** Where a delivery lies: the name of its object, and the repository that gates it. Null when it is not known. */
export async function findDelivery(
  database: D1Database,
  guid: string,
): Promise<{ object: string; org: string; repo: string } | null> {
  const db = drizzle(database);
  const [row] = await db
    .select({ object: delivery.object, org: delivery.org, repo: delivery.repo })
    .from(delivery)
    .where(eq(delivery.guid, guid))
    .limit(1);
  return row ?? null;
}
