/** `verify-owners`: OWNERS files must be readable, and name people whom the repository trusts (spec chatops 2.15). */
import type { RepoConfig } from "../../config/model.ts";
import { uuidV5 } from "../../jobs/uuid.ts";
import { isIgnoredDirectory } from "../../owners/index.ts";
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequest, TaskEvent } from "../events.ts";
import { ALIASES_MARKER, UNTRUSTED_OWNERS_MARKER } from "../messages-owners.ts";
import { anyone, hasLabel } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { type Changed, inspect, type Texts } from "./verify-owners/inspect.ts";
import { mergedTexts, textsAt } from "./verify-owners/merged.ts";
import { answerTo, INVALID_OWNERS } from "./verify-owners/answer.ts";

const NAME = "verify-owners";

const table: CommandTable<"verify"> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["verify-owners"],
      parse: alone("verify"),
      who: anyone,
      usage: "/verify-owners",
      description: "Looks at the changed OWNERS files once more.",
      examples: ["/verify-owners"],
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  if (heard(table, comment).length === 0) return nothing("no command of it");
  return rule(await view.pullRequest(), view);
}

async function rule(pullRequest: PullRequest, view: View): Promise<Decision> {
  if (pullRequest.state === "closed") return nothing("the pull request is closed");
  const changed = await changedOwners(view);
  if (changed === null) return clean(view);
  const paths = pathsOf(changed);
  const tip = await view.branchSha(pullRequest.base.ref);
  const merged = await mergedTexts(paths, pullRequest, tip, view);
  if (merged) return judge(pullRequest, changed, merged, tip, view);
  const { owner, repo } = view.repository;
  const head = pullRequest.head.sha;
  const effect: Effect = {
    kind: "gitTask",
    id: await uuidV5(`${NAME} ${view.guid} ${owner}/${repo}#${pullRequest.number} ${head}`),
    plugin: NAME,
    task: {
      kind: "merged-files",
      owner,
      repo,
      baseSha: tip,
      headSha: head,
      number: pullRequest.number,
      paths: [...paths],
    },
  };
  return { effects: [effect], why: "the merge of head and base is made to be looked at" };
}

async function taskDone({ task, outcome }: TaskEvent, view: View): Promise<Decision> {
  if (task.kind !== "merged-files") return nothing("another task");
  const pullRequest = await view.pullRequest();
  if (pullRequest.head.sha !== task.headSha) return nothing("something newer was pushed, which is looked at itself");
  if (outcome.state === "conflict") return nothing("it conflicts with its base; what is pushed next is looked at");
  if (outcome.state !== "files") {
    const why = outcome.state === "failed" ? outcome.message : outcome.state;
    throw new Error(`The merge could not be looked at: ${why}`);
  }
  const changed = await changedOwners(view);
  if (changed === null) return clean(view);
  return judge(pullRequest, changed, outcome.files, task.baseSha, view);
}

async function judge(
  pullRequest: PullRequest,
  changed: Changed,
  after: Texts,
  base: string,
  view: View,
): Promise<Decision> {
  const before = await textsAt(pathsOf(changed), base, view);
  const inspection = inspect(changed, after, before, view.config.owners);
  return answerTo(inspection, changed, pullRequest, view);
}

/** The OWNERS files of the change that count; null when there are none. */
async function changedOwners(view: View): Promise<Changed | null> {
  const { owners: config } = view.config;
  const { owners: name, owners_aliases: aliases } = config.filenames;
  const present = (await view.files()).filter(({ status }) => status !== "removed").map(({ filename }) => filename);
  const known = new Map<string, boolean>();
  const owners = present.filter((path) => {
    const slash = path.lastIndexOf("/");
    return (
      name !== "" &&
      path.slice(slash + 1) === name &&
      !isIgnoredDirectory(path.slice(0, Math.max(0, slash)), config, known)
    );
  });
  const aliasesChanged = aliases !== "" && present.includes(aliases);
  return owners.length > 0 || aliasesChanged ? { owners: owners.slice(0, 499), aliases, aliasesChanged } : null;
}

function pathsOf({ owners, aliases }: Changed): readonly string[] {
  return aliases === "" ? owners : [...owners, aliases];
}

async function clean(view: View): Promise<Decision> {
  if (!hasLabel(await view.labels(), INVALID_OWNERS)) return nothing("no OWNERS file changes");
  return {
    effects: [
      { kind: "removeLabel", label: INVALID_OWNERS },
      { kind: "deleteComments", marker: UNTRUSTED_OWNERS_MARKER },
      { kind: "deleteComments", marker: ALIASES_MARKER },
    ],
    why: "no OWNERS file changes any more",
  };
}

function describe({ owners }: RepoConfig): string {
  const who = owners.skip_collaborators ? "Whom they name is not looked at." : "They may name only trusted people.";
  return `${owners.filenames.owners} files cannot give the labels ${owners.labels_denylist.join(", ") || "(none)"}. ${who}`;
}

export const verifyOwners: Plugin = {
  name: NAME,
  help: {
    description: `The verify-owners plugin keeps the \`${INVALID_OWNERS}\` label on pull requests whose OWNERS files are malformed or name people whom the repository does not trust.`,
    commands: helpOf(table),
    snippet: "owners:\n  labels_denylist:\n  - approved\n  - lgtm\n  skip_collaborators:\n  - org/repo",
    config: describe,
  },
  verbs: verbsOf(table),
  comment,
  taskDone,
  rule,
  ruleActions: ["opened", "reopened", "synchronize"],
};
