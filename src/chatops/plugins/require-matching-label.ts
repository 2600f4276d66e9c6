/** `require-matching-label`: marks what lacks a label of some kind, after a grace period (spec chatops 2.17). */
import type { RequireMatchingLabelConfig } from "../../config/plugin-settings.ts";
import { goRegExp } from "../../config/goregexp.ts";
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, IssueEvent, PullRequestEvent, TimerEvent } from "../events.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const NAME = "require-matching-label";

const table: CommandTable<"check"> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["check-required-labels"],
      parse: alone("check"),
      who: anyone,
      usage: "/check-required-labels",
      description: "Looks once more whether all required labels are there.",
      examples: ["/check-required-labels"],
    },
  ],
};

interface About {
  readonly isPullRequest: boolean;
  /** Of the base; empty for issues. */
  readonly branch: string;
}

const concerning = (view: View, { isPullRequest, branch }: About): readonly RequireMatchingLabelConfig[] =>
  view.config.settings.require_matching_label.filter((entry) =>
    isPullRequest ? entry.prs && (entry.branch === "" || entry.branch === branch) : entry.issues,
  );

const markerOf = (entry: RequireMatchingLabelConfig): string => `<!-- missing ${entry.missing_label} -->`;

/** The labels as they are now decide. */
async function look(entries: readonly RequireMatchingLabelConfig[], view: View): Promise<Decision> {
  const labels = await view.labels();
  const effects: Effect[] = [];
  for (const entry of entries) {
    const pattern = goRegExp(entry.regexp);
    const matched = labels.some((label) => pattern.test(label));
    const marked = hasLabel(labels, entry.missing_label);
    if (!matched && !marked) {
      effects.push({ kind: "addLabel", label: entry.missing_label });
      if (entry.missing_comment !== "") {
        const marker = markerOf(entry);
        effects.push({ kind: "upsertComment", marker, body: `${entry.missing_comment}\n${marker}` });
      }
    } else if (matched && marked) {
      effects.push({ kind: "removeLabel", label: entry.missing_label });
      effects.push({ kind: "deleteComments", marker: markerOf(entry) });
    }
  }
  return { effects, why: effects.length > 0 ? "required labels come or go" : "the required labels are as marked" };
}

/** Bots that label get their time first: the longest grace period of the entries. */
function lookLater(entries: readonly RequireMatchingLabelConfig[], note: string): Decision {
  if (entries.length === 0) return nothing("no label is required of it");
  const seconds = Math.max(...entries.map((entry) => entry.grace_period_seconds));
  const effect = { kind: "lookAgain", plugin: NAME, note, afterMs: seconds * 1000 } as const;
  return { effects: [effect], why: `looks at its labels in ${seconds} s` };
}

async function changed(action: string, label: string | null, about: About, view: View): Promise<Decision> {
  const entries = concerning(view, about);
  if (action === "opened" || action === "reopened") return lookLater(entries, action);
  if ((action !== "labeled" && action !== "unlabeled") || label === null) return nothing(`${action} changes no labels`);
  const touched = entries.filter((entry) => goRegExp(entry.regexp).test(label));
  return touched.length > 0 ? await look(touched, view) : nothing(`${label} is not required`);
}

const pullRequest = ({ action, label, pullRequest: pull }: PullRequestEvent, view: View): Promise<Decision> =>
  changed(action, label, { isPullRequest: true, branch: pull.base.ref }, view);

const issue = ({ action, label }: IssueEvent, view: View): Promise<Decision> =>
  changed(action, label, { isPullRequest: false, branch: "" }, view);

async function aboutIt(view: View): Promise<About> {
  const { isPullRequest } = await view.issue();
  return { isPullRequest, branch: isPullRequest ? (await view.pullRequest()).base.ref : "" };
}

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (heard(table, comment).length === 0) return nothing("no command of it");
  const { isPullRequest } = comment;
  const branch = isPullRequest ? (await view.pullRequest()).base.ref : "";
  return lookLater(concerning(view, { isPullRequest, branch }), "asked for");
}

const timer = async (_: TimerEvent, view: View): Promise<Decision> =>
  await look(concerning(view, await aboutIt(view)), view);

export const requireMatchingLabel: Plugin = {
  name: NAME,
  help: {
    description: "The require-matching-label plugin marks issues and pull requests that lack a label of some kind.",
    commands: helpOf(table),
    snippet: [
      "require_matching_label:",
      "- org: org",
      "  prs: true",
      "  regexp: ^kind/",
      "  missing_label: needs-kind",
      "  missing_comment: Please add a kind label.",
      "  grace_period: 5s",
    ].join("\n"),
    config: ({ settings }) =>
      settings.require_matching_label.map((entry) => `${entry.missing_label} unless ${entry.regexp}`).join("; ") ||
      "No label is required here.",
  },
  verbs: verbsOf(table),
  pullRequest,
  issue,
  comment,
  timer,
};
