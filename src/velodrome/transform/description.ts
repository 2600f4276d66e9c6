/** Descriptions of events: what `--event` names and what states are made of (spec velodrome 1.5). */
import { DefinitionError } from "./flags.ts";

/** `never` matches no event, `always` every one. A label is there for `labeled` and `unlabeled`. */
export interface Description {
  readonly kind:
    | "never"
    | "always"
    | "opened"
    | "closed"
    | "reopened"
    | "merged"
    | "commented"
    | "labeled"
    | "unlabeled";
  readonly label: string;
}

const PLAIN = ["opened", "closed", "reopened", "merged", "commented"] as const;
const OPPOSITES = {
  never: "always",
  always: "never",
  opened: "closed",
  closed: "reopened",
  reopened: "closed",
  merged: "never",
  commented: "never",
  labeled: "unlabeled",
  unlabeled: "labeled",
} as const;

/** Throws {@link DefinitionError} for a description that there is not. The label is what is behind the first colon, verbatim. */
export function parseDescription(text: string): Description {
  if (text === "") return { kind: "never", label: "" };
  const plain = PLAIN.find((kind) => kind === text);
  if (plain) return { kind: plain, label: "" };
  const [, kind, label] = /^(labeled|unlabeled):([^]*)$/.exec(text) ?? [];
  if (kind === "labeled" || kind === "unlabeled") return { kind, label: label ?? "" };
  if (text === "labeled" || text === "unlabeled") throw new DefinitionError(`"${text}" needs a label: ${text}:<label>`);
  throw new DefinitionError(
    `There is no event "${text}". There are: ${PLAIN.join(", ")}, labeled:<label>, unlabeled:<label>`,
  );
}

export const opposite = ({ kind, label }: Description): Description => ({ kind: OPPOSITES[kind], label });

export function matches({ kind, label }: Description, event: string, eventLabel: string | null): boolean {
  if (kind === "never" || kind === "always") return kind === "always";
  if (kind !== event) return false;
  return (kind !== "labeled" && kind !== "unlabeled") || label === (eventLabel ?? "");
}
