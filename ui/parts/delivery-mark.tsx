/** How the state of a delivery, a plugin's run or an effect looks. */
import type { JSX } from "preact";
import type { DeliveryRow, EffectView, PluginRun } from "../../src/chatops/view.ts";
import { StateMark } from "./state.tsx";
import type { JobState } from "./state.tsx";

type Looks = { readonly state: JobState; readonly word: string };

const DELIVERY: Readonly<Record<DeliveryRow["state"], Looks>> = {
  waiting: { state: "triggered", word: "Waiting" },
  handled: { state: "success", word: "Handled" },
  failed: { state: "failure", word: "Failed" },
};
const EFFECT: Readonly<Record<EffectView["state"], Looks>> = {
  waiting: { state: "triggered", word: "Waiting" },
  sending: { state: "pending", word: "Sending" },
  done: { state: "success", word: "Done" },
  noop: { state: "aborted", word: "Already so" },
  dead: { state: "failure", word: "Given up" },
};
const RUN: Readonly<Record<PluginRun["outcome"], Looks>> = {
  effects: { state: "success", word: "Acted" },
  nothing: { state: "aborted", word: "Nothing to do" },
  error: { state: "failure", word: "Failed" },
  timeout: { state: "error", word: "Too slow" },
};

export const DeliveryMark = ({ state }: { readonly state: DeliveryRow["state"] }): JSX.Element => (
  <StateMark {...DELIVERY[state]} />
);
export const EffectMark = ({ state }: { readonly state: EffectView["state"] }): JSX.Element => (
  <StateMark {...EFFECT[state]} />
);
export const RunMark = ({ outcome }: { readonly outcome: PluginRun["outcome"] }): JSX.Element => (
  <StateMark {...RUN[outcome]} />
);
