/** `dco`: every commit signed off (spec chatops 2.23). */
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequest } from "../events.ts";
import { DCO_MARKER, missingSignOffs } from "../messages-commits.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import type { Commit } from "../reads.ts";
import { isMerge } from "./commits.ts";

const CONTEXT = "dco";
const YES = "dco-signoff: yes";
const NO = "dco-signoff: no";
const SIGNED_OFF = /^signed-off-by:/im;

const table: CommandTable<"check"> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["check-dco"],
      parse: alone("check"),
      who: anyone,
      usage: "/check-dco",
      description: "Looks at the sign-offs of all commits once more.",
      examples: ["/check-dco"],
    },
  ],
};

/** Whose commits need no sign-off, as configured. */
async function isExempt({ author }: Commit, view: View): Promise<boolean> {
  if (author === null) return false;
  const { settings } = view.config;
  const { trusted_apps, trusted_org, skip_dco_check_for_members, skip_dco_check_for_collaborators } = settings.dco;
  const { login } = author;
  const bare = login.toLowerCase().replace(/\[bot\]$/, "");
  if (trusted_apps.some((app) => app.toLowerCase().replace(/\[bot\]$/, "") === bare)) return true;
  if (skip_dco_check_for_members) {
    if (await view.isMember(view.repository.owner, login)) return true;
    if (trusted_org !== "" && (await view.isMember(trusted_org, login))) return true;
  }
  return skip_dco_check_for_collaborators && (await view.isCollaborator(login));
}

async function check(pull: PullRequest, view: View): Promise<Decision> {
  const unsigned: Commit[] = [];
  for (const commit of await view.commits()) {
    if (isMerge(commit) || SIGNED_OFF.test(commit.message) || (await isExempt(commit, view))) continue;
    unsigned.push(commit);
  }
  const { contributing_repo, contributing_branch, contributing_path } = view.config.settings.dco;
  const guide = `${view.config.prow.link_url}/${contributing_repo}/blob/${contributing_branch}/${contributing_path}`;
  const good = unsigned.length === 0;
  const [set, other] = good ? [YES, NO] : [NO, YES];
  const labels = await view.labels();
  const statuses = await view.statuses(pull.head.sha);
  const state = good ? "success" : "failure";
  const description = good ? "All commits have signed-off-by" : "Commits in this PR are missing signed-off-by";
  const same = statuses.some((one) => one.context === CONTEXT && one.state === state);
  const effects: Effect[] = [];
  if (!same) {
    const { sha } = pull.head;
    effects.push({ kind: "setStatus", sha, context: CONTEXT, state, description, targetUrl: guide });
  }
  if (!hasLabel(labels, set)) effects.push({ kind: "addLabel", label: set });
  if (hasLabel(labels, other)) effects.push({ kind: "removeLabel", label: other });
  if (!good) effects.push({ kind: "upsertComment", marker: DCO_MARKER, body: missingSignOffs(unsigned, guide) });
  else if (hasLabel(labels, NO)) effects.push({ kind: "deleteComments", marker: DCO_MARKER });
  return { effects, why: good ? "every commit is signed off" : `${unsigned.length} commits are not signed off` };
}

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (heard(table, comment).length === 0) return nothing("no command of it");
  return await check(await view.pullRequest(), view);
}

export const dco: Plugin = {
  name: "dco",
  help: {
    description: "The dco plugin demands a Developer Certificate of Origin: a `Signed-off-by` line in every commit.",
    commands: helpOf(table),
    snippet: "dco:\n  org/repo:\n    skip_dco_check_for_members: true\n    trusted_apps: [dependabot]",
    config: ({ settings: { dco } }) => {
      const skipped = [
        ...(dco.skip_dco_check_for_members ? ["members"] : []),
        ...(dco.skip_dco_check_for_collaborators ? ["collaborators"] : []),
        ...dco.trusted_apps,
      ];
      return skipped.length > 0 ? `Needs no sign-off of: ${skipped.join(", ")}.` : "Needs everybody's sign-off.";
    },
  },
  verbs: verbsOf(table),
  comment,
  rule: check,
  ruleActions: ["opened", "reopened", "synchronize"],
};
