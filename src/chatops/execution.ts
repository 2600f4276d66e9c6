/** What carrying out an effect needs, and how it ends. */
import { GitHubError, type GitHubClient } from "../github/index.ts";
import type { ProwJob } from "../jobs/prowjob.ts";
import type { Effect } from "./effects.ts";
import type { Outside, OutsideRequest } from "./reads.ts";
import type { ServiceCall } from "./service.ts";

/** The bot's own comments of one conversation, as its object remembers them. */
export interface Posted {
  /** Remembered comments whose body contains a text, oldest first. */
  containing(text: string): readonly { readonly id: number; readonly body: string }[];
  put(id: number, body: string): void;
  drop(id: number): void;
  /** Those said once for a plugin, and not hidden since. */
  saidFor(plugin: string): readonly number[];
  hidden(id: number): void;
  /** Whether GitHub was asked what there was before the object began to remember. */
  adopted(): boolean;
  adopt(comments: readonly { readonly id: number; readonly body: string }[]): void;
}

export interface Execution {
  readonly client: GitHubClient;
  readonly owner: string;
  readonly repo: string;
  /** 0 in a repository's outbox. */
  readonly number: number;
  /** Hidden mark of what this very effect posts, e.g. `<!-- cutwater:<guid>:3 -->`. */
  readonly marker: string;
  /** Whether an earlier try may have happened: then what is not idempotent is looked up first. */
  readonly again: boolean;
  readonly posted: Posted;
  /** False: it was started before. */
  startJob(job: ProwJob): Promise<boolean>;
  /** Keeps a job that is finished from the start. False: it is known. */
  recordJob(job: ProwJob): Promise<boolean>;
  lookAgain(effect: Extract<Effect, { kind: "lookAgain" }>): Promise<void>;
  /** False: it was started before. */
  gitTask(effect: Extract<Effect, { kind: "gitTask" }>): Promise<boolean>;
  /** Marks the newest results as unsaid. How many. */
  reportAgain(): Promise<number>;
  /** A call to a service of the settings. Rejects with {@link GitHubError} as GitHub's calls do. */
  service(call: ServiceCall): Promise<string>;
  /** A look at a service of the settings. */
  outside(request: OutsideRequest): Promise<Outside>;
  /** How many were told to stop. */
  abortJobs(effect: Extract<Effect, { kind: "abortJobs" }>): Promise<number>;
}

export interface Done {
  readonly state: "done" | "noop";
  /** One line for /deliveries. */
  readonly answer: string;
  /** What follows from the answer. */
  readonly follow?: readonly Effect[];
}

export const done = (answer: string, follow: readonly Effect[] = []): Done => ({ state: "done", answer, follow });
export const noop = (answer: string): Done => ({ state: "noop", answer });

export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof GitHubError && statuses.includes(error.status);

/** A removal whose object is not there has nothing to do. */
export async function gone(call: Promise<unknown>, what: string): Promise<Done> {
  try {
    await call;
    return done(what);
  } catch (error) {
    if (isStatus(error, 404, 410)) return noop("it was not there");
    throw error;
  }
}

/** GitHub's own words when it refuses for good; null when asking again may help. */
export function refusal(error: unknown): string | null {
  if (!(error instanceof GitHubError) || error.passing) return null;
  return error.message.replace(`${error.call}: `, "").replace(/^\d{3} /, "");
}
