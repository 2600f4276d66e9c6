/** `cla`: labels follow the status of the contributor agreement's check (spec chatops 2.22). */
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, StatusEvent, TimerEvent } from "../events.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const CONTEXT = "EasyCLA";
const YES = "cncf-cla: yes";
const NO = "cncf-cla: no";

const table: CommandTable<"check"> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["check-cla"],
      parse: alone("check"),
      who: anyone,
      usage: "/check-cla",
      description: "Looks at the contributor agreement's status once more.",
      examples: ["/check-cla"],
    },
  ],
};

/** The pull requests whose head the status is on look at themselves, each in its own turn. */
async function status({ context, state, sha }: StatusEvent, view: View): Promise<Decision> {
  if (context !== CONTEXT) return nothing(`${context} is no agreement`);
  if (state === "pending") return nothing("the agreement is still being looked at");
  const { owner, repo } = view.repository;
  const hits = await view.search(`${sha} repo:${owner}/${repo} type:pr state:open`);
  const effects = hits.map(({ number }): Effect => {
    return { kind: "lookAgain", plugin: "cla", note: `status of ${sha}`, afterMs: 0, number };
  });
  return { effects, why: hits.length > 0 ? `${CONTEXT} is ${state}` : "no open pull request has this head" };
}

async function follow(view: View): Promise<Decision> {
  const pull = await view.pullRequest();
  if (pull.state !== "open") return nothing("the pull request is closed");
  const found = (await view.statuses(pull.head.sha)).find(({ context }) => context === CONTEXT);
  if (!found || found.state === "pending") return nothing(`its head has no ${CONTEXT} status yet`);
  const [set, other] = found.state === "success" ? [YES, NO] : [NO, YES];
  const labels = await view.labels();
  const effects: Effect[] = [];
  if (!hasLabel(labels, set)) effects.push({ kind: "addLabel", label: set });
  if (hasLabel(labels, other)) effects.push({ kind: "removeLabel", label: other });
  return { effects, why: `${CONTEXT} is ${found.state}` };
}

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  return heard(table, comment).length === 0 ? nothing("no command of it") : await follow(view);
}

const timer = (_: TimerEvent, view: View): Promise<Decision> => follow(view);

export const cla: Plugin = {
  name: "cla",
  help: {
    description: `The cla plugin sets \`${YES}\` and \`${NO}\` after the status ${CONTEXT}.`,
    commands: helpOf(table),
  },
  verbs: verbsOf(table),
  status,
  timer,
  comment,
};
