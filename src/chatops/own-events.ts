/** Deliveries that the house sends to itself: timers, and the ends of git tasks. They lie in the inbox like any other. */
import * as z from "zod";
import { GitTask, GitTaskOutcome } from "../jobs/git-task.ts";
import type { RepoRef } from "./events.ts";
import { PayloadError, type ParsedEvent } from "./parse.ts";
import type { Delivery } from "./rpc.ts";

/** `routes/hook` takes no webhook of this name in. */
export const OWN_EVENT = "cutwater";

const Repository = z.object({ owner: z.string(), repo: z.string(), private: z.boolean(), defaultBranch: z.string() });
const Event = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("timer"), plugin: z.string(), note: z.string() }),
  z.object({
    kind: z.literal("task"),
    plugin: z.string(),
    id: z.string(),
    task: GitTask,
    outcome: GitTaskOutcome,
  }),
]);
const Own = z.object({ repository: Repository, number: z.int(), sender: z.string(), event: Event });

/** Where an own event belongs, and on whose behalf. */
export interface OwnPlace {
  readonly repository: RepoRef;
  /** 0: the repository's own object. */
  readonly number: number;
  /** Login of whoever caused it, or empty. */
  readonly sender: string;
}

export type OwnEvent = z.infer<typeof Event>;

/** The delivery of an own event. `now` in milliseconds. */
export function ownDelivery(guid: string, event: OwnEvent, place: OwnPlace, now: number): Delivery {
  const { repository, number, sender } = place;
  return {
    guid,
    event: OWN_EVENT,
    action: event.kind,
    receivedAt: now,
    owner: repository.owner,
    repo: repository.repo,
    private: repository.private,
    number,
    sender,
    body: JSON.stringify({ repository, number, sender, event }),
    bodyKey: "",
    headers: {},
  };
}

/** Throws {@link PayloadError}. */
export function parseOwnEvent(payload: unknown, guid: string): ParsedEvent {
  const parsed = Own.safeParse(payload);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PayloadError(OWN_EVENT, issue?.path.join(".") ?? "", issue?.message ?? "is wrong");
  }
  const { repository, sender: login, event } = parsed.data;
  return { repository, events: [{ ...event, guid, sender: { login, type: "User" } }] };
}
