/** How the state of a delivery, a plugin's run or an effect looks. */
import type { JSX } from "preact";
import type { DeliveryRow, EffectView, PluginRun } from "../../src/chatops/view.ts";
import { Icon } from "./icons.tsx";
import type { JobState } from "./state.tsx";

type Looks = { readonly like: JobState; readonly word: string };

const DELIVERY: Readonly<Record<DeliveryRow["state"], Looks>> = {
  waiting: { like: "triggered", word: "Waiting" },
  handled: { like: "success", word: "Handled" },
  failed: { like: "failure", word: "Failed" },
};
const EFFECT: Readonly<Record<EffectView["state"], Looks>> = {
  waiting: { like: "triggered", word: "Waiting" },
  sending: { like: "pending", word: "Sending" },
  done: { like: "success", word: "Done" },
  noop: { like: "aborted", word: "Already so" },
  dead: { like: "failure", word: "Given up" },
};
const RUN: Readonly<Record<PluginRun["outcome"], Looks>> = {
  effects: { like: "success", word: "Acted" },
  nothing: { like: "aborted", word: "Nothing to do" },
  error: { like: "failure", word: "Failed" },
  timeout: { like: "error", word: "Too slow" },
};

function Mark({ like, word }: Looks): JSX.Element {
  return (
    <span class={`state state-${like}`}>
      <Icon name={like} spin={like === "pending"} />
      <span>{word}</span>
    </span>
  );
}

export const DeliveryMark = ({ state }: { readonly state: DeliveryRow["state"] }): JSX.Element => (
  <Mark {...DELIVERY[state]} />
);
export const EffectMark = ({ state }: { readonly state: EffectView["state"] }): JSX.Element => (
  <Mark {...EFFECT[state]} />
);
export const RunMark = ({ outcome }: { readonly outcome: PluginRun["outcome"] }): JSX.Element => (
  <Mark {...RUN[outcome]} />
);
