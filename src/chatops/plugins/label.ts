/** `label`: labels by comment, and people assigned by label (spec chatops 2.5). */
import type { RepoConfig } from "../../config/model.ts";
import { type CommandTable, deafTo, heard, helpOf, verbsOf, words } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequestEvent } from "../events.ts";
import {
  answered,
  labelsMissingInRepository,
  labelsNotSet,
  reply,
  restrictedLabels,
  triageRefused,
  unsupportedLabels,
} from "../messages.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { configuredNames, refusals } from "./label/restricted.ts";

const CATEGORIES = ["area", "committee", "kind", "language", "priority", "sig", "triage", "wg"];
/** Categories that get `needs-<category>` when their last label goes. */
const NEEDED = ["kind", "priority", "sig", "triage"];
const ACCEPTED = "triage/accepted";

interface Said {
  readonly add: boolean;
  readonly labels: readonly string[];
  /** Said with /label, which takes configured labels only. */
  readonly byName: boolean;
}

function parseCategory(rest: string, verb: string): Said | null {
  const labels = words(rest).map((word) => `${verb.replace(/^remove-/, "")}/${word.toLowerCase()}`);
  return labels.length > 0 ? { add: !verb.startsWith("remove-"), labels, byName: false } : null;
}

function parseLabel(rest: string, verb: string): Said | null {
  const labels = words(rest).map((word) => word.toLowerCase());
  return labels.length === 1 ? { add: verb === "label", labels, byName: true } : null;
}

const table: CommandTable<Said> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: CATEGORIES.flatMap((category) => [category, `remove-${category}`]),
      exactCase: true,
      parse: parseCategory,
      who: { ...anyone, who: "Anyone; restricted labels and triage/accepted have rules of their own" },
      usage: `/[remove-](${CATEGORIES.join("|")}) <name>...`,
      description: "Adds or removes labels of a category, such as `kind/bug`.",
      examples: ["/kind bug", "/remove-area prow", "/sig testing", "/area api infra"],
      featured: true,
    },
    {
      verbs: ["label", "remove-label"],
      exactCase: true,
      parse: parseLabel,
      who: { ...anyone, who: "Anyone; restricted labels have rules of their own" },
      usage: "/[remove-]label <label>",
      description: "Adds or removes one of the labels that the configuration allows for this command.",
      examples: ["/label tide/merge-method-squash", "/remove-label tide/merge-method-squash"],
    },
  ],
};

/** Every label once, however often it was said. */
function wanted(said: readonly Said[], add: boolean): readonly string[] {
  return [...new Set(said.flatMap((one) => (one.add === add ? one.labels : [])))];
}

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const all = heard(table, comment).map((command) => command.said);
  if (all.length === 0) return nothing("no command of it");
  const allowed = configuredNames(view.config.label);
  const isAllowed = (label: string): boolean => allowed.has(label);
  const said = all.filter((one) => !one.byName || one.labels.every(isAllowed));
  const unsupported = all.flatMap((one) => (one.byName ? one.labels.filter((label) => !isAllowed(label)) : []));

  const adding = wanted(said, true);
  const removing = wanted(said, false);
  const login = comment.sender.login;
  const restricted = await refusals([...adding, ...removing], login, view);
  const refused = new Set(restricted.map(({ label }) => label));
  const mayAccept = !adding.includes(ACCEPTED) || (await view.isMember(view.repository.owner, login));

  const labels = await view.labels();
  const repoLabels = new Map((await view.repoLabels()).map((label) => [label.toLowerCase(), label]));
  const present = new Set(labels.map((label) => label.toLowerCase()));
  const add = adding.filter((label) => !refused.has(label) && (mayAccept || label !== ACCEPTED));
  const remove = removing.filter((label) => !refused.has(label));
  const missing = add.filter((label) => !repoLabels.has(label));
  const notSet = remove.filter((label) => !present.has(label));

  const effects: Effect[] = [];
  for (const label of add) {
    const exact = repoLabels.get(label);
    if (exact !== undefined && !present.has(label)) effects.push({ kind: "addLabel", label: exact });
  }
  const gone = labels.filter((label) => remove.includes(label.toLowerCase()));
  for (const label of gone) effects.push({ kind: "removeLabel", label });
  effects.push(...needs(present, add, gone, repoLabels));

  const replies = restricted.length > 0 ? [restrictedLabels(restricted)] : [];
  if (unsupported.length > 0) replies.push(unsupportedLabels(unsupported, [...allowed]));
  else if (missing.length > 0) replies.push(labelsMissingInRepository(missing));
  else if (notSet.length > 0) replies.push(labelsNotSet(notSet));
  else if (!mayAccept) replies.push(triageRefused(view.repository.owner));
  for (const message of replies) effects.push({ kind: "comment", body: reply(answered(comment), view, message) });
  return { effects, why: explain(effects) };
}

/** `needs-<category>` for each category that lost its last label and gets none in the same comment. */
function needs(
  present: ReadonlySet<string>,
  adding: readonly string[],
  gone: readonly string[],
  repoLabels: ReadonlyMap<string, string>,
): readonly Effect[] {
  const left = new Set([...present, ...adding.filter((label) => repoLabels.has(label))]);
  for (const label of gone) left.delete(label.toLowerCase());
  const has = (category: string, labels: Iterable<string>): boolean =>
    [...labels].some((label) => label.toLowerCase().startsWith(`${category}/`));
  return NEEDED.flatMap((category): Effect[] => {
    const label = repoLabels.get(`needs-${category}`);
    if (label === undefined || present.has(label.toLowerCase())) return [];
    return has(category, gone) && !has(category, left) ? [{ kind: "addLabel", label }] : [];
  });
}

function explain(effects: readonly Effect[]): string {
  const changes = effects.flatMap((effect) => {
    if (effect.kind === "addLabel") return [`adds ${effect.label}`];
    if (effect.kind === "removeLabel") return [`removes ${effect.label}`];
    return effect.kind === "comment" ? ["says what is not possible"] : [];
  });
  return changes.length > 0 ? changes.join(", ") : "the labels are so already";
}

/** Assigns the people of a restricted label when one of its `assign_on` labels is set. */
async function pullRequest(event: PullRequestEvent, view: View): Promise<Decision> {
  const { label } = event;
  if (event.action !== "labeled" || label === null) return nothing(`${event.action} assigns nobody`);
  const people = view.config.label.restricted_labels
    .filter((restricted) =>
      hasLabel(
        restricted.assign_on.map((on) => on.label),
        label,
      ),
    )
    .flatMap((restricted) => restricted.allowed_users);
  if (people.length === 0) return nothing(`the label ${label} assigns nobody`);
  return { effects: [{ kind: "assign", logins: [...new Set(people)] }], why: `${label} assigns ${people.join(", ")}` };
}

function describe({ label }: RepoConfig): string {
  const names = [...configuredNames(label)];
  return names.length > 0 ? `/label takes: ${names.join(", ")}.` : "/label takes no labels here.";
}

export const label: Plugin = {
  name: "label",
  help: {
    description: `The label plugin adds and removes labels: those of the categories ${CATEGORIES.join(", ")}, and configured ones.`,
    commands: helpOf(table),
    snippet: [
      "label:",
      "  additional_labels:",
      "  - tide/merge-method-squash",
      "  restricted_labels:",
      "    org/repo:",
      "    - label: release/approved",
      "      allowed_teams: [release-managers]",
      "      allowed_users: [alice]",
      "      assign_on:",
      "      - label: release/requested",
    ].join("\n"),
    config: describe,
  },
  verbs: verbsOf(table),
  comment,
  pullRequest,
};
