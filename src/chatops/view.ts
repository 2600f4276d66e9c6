/** What the pages show of deliveries. */
import type { Cause, Effect, EffectState } from "./effects.ts";

export type DeliveryState = "waiting" | "handled" | "failed";

/** A row of /deliveries. Times in milliseconds. */
export interface DeliveryRow {
  readonly guid: string;
  readonly event: string;
  readonly action: string;
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  readonly sender: string;
  readonly receivedAt: number;
  readonly state: DeliveryState;
  readonly effects: number;
  /** One sentence: what was done, or why nothing was. */
  readonly summary: string;
}

export interface PluginRun {
  readonly plugin: string;
  readonly handler: string;
  readonly outcome: "effects" | "nothing" | "error" | "timeout";
  readonly why: string;
  readonly ms: number;
}

export interface EffectView {
  readonly id: number;
  readonly effect: Effect;
  readonly cause: Cause;
  readonly state: EffectState;
  readonly tries: number;
  /** GitHub's answer, or the last error, in one line. */
  readonly answer: string;
  readonly at: number | null;
  readonly nextTryAt: number | null;
}

/** A webhook on its way to an external plugin. */
export interface ForwardView {
  readonly plugin: string;
  readonly endpoint: string;
  readonly state: "waiting" | "sending" | "done" | "dead";
  readonly tries: number;
  readonly answer: string;
  readonly nextTryAt: number | null;
}

export interface DeliveryView extends DeliveryRow {
  readonly attempt: number;
  readonly handledAt: number | null;
  readonly configVersion: string;
  readonly payload: string;
  readonly runs: readonly PluginRun[];
  readonly effectList: readonly EffectView[];
  readonly forwards: readonly ForwardView[];
}

/** One recorded delivery under a candidate configuration, beside the one in use. */
export interface ReplayView {
  readonly guid: string;
  /** `issue_comment.created`. */
  readonly event: string;
  /** `org/repo#5`. */
  readonly subject: string;
  /** Why it could not be replayed; empty when it was. */
  readonly skipped: string;
  readonly only: readonly { readonly effect: Effect; readonly cause: Cause }[];
  readonly more: readonly { readonly effect: Effect; readonly cause: Cause }[];
  readonly failures: readonly string[];
}
