/** Linters of the lines that a pull request adds: a git task finds, one review tells (spec chatops 2.33). */
import type { GitTask } from "../../../jobs/git-task.ts";
import { uuidV5 } from "../../../jobs/uuid.ts";
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf } from "../../commands.ts";
import { nothing } from "../../decide.ts";
import type { GenericComment, TaskEvent } from "../../events.ts";
import { lintFailed } from "../../messages-lint.ts";
import { anyone } from "../../permissions.ts";
import type { ChangedFile, Decision, Plugin, PluginHelp, View } from "../../plugin.ts";
import { reviewOf } from "./review.ts";

type Linter = Extract<GitTask, { kind: "lint" }>["linter"];

export interface LintPlugin {
  readonly linter: Linter;
  readonly verbs: readonly string[];
  readonly help: Omit<PluginHelp, "commands">;
  /** What the command's help says. */
  readonly does: string;
  /** Those of the files that the linter reads. */
  readonly relevant: (files: readonly ChangedFile[], view: View) => Promise<readonly ChangedFile[]>;
}

/** A plugin whose command runs a linter on the head. */
export function lintPlugin({ linter, verbs, help, does, relevant }: LintPlugin): Plugin {
  const table: CommandTable<"lint"> = {
    on: "pull requests",
    openOnly: true,
    commands: [
      {
        verbs,
        parse: alone("lint"),
        who: anyone,
        usage: verbs.map((verb) => `/${verb}`).join(" or "),
        description: does,
        examples: verbs.map((verb) => `/${verb}`),
      },
    ],
  };

  async function comment(comment: GenericComment, view: View): Promise<Decision> {
    const deaf = deafTo(table, comment);
    if (deaf) return nothing(deaf);
    if (heard(table, comment).length === 0) return nothing("no command of it");
    const there = (await view.files()).filter(({ status }) => status !== "removed");
    const files = (await relevant(there, view)).map(({ filename }) => filename);
    if (files.length === 0) return nothing(`the change has no file for ${linter}`);
    const { owner, repo } = view.repository;
    const headSha = (await view.pullRequest()).head.sha;
    const id = await uuidV5(`${linter} ${view.guid} ${owner}/${repo}#${comment.number} ${headSha}`);
    const task: GitTask = {
      kind: "lint",
      owner,
      repo,
      headSha,
      number: comment.number,
      linter,
      minimumConfidence: view.config.settings.golint.minimum_confidence,
      files: [...files],
    };
    return { effects: [{ kind: "gitTask", id, plugin: linter, task }], why: `${linter} reads ${files.length} files` };
  }

  async function taskDone({ task, outcome }: TaskEvent, view: View): Promise<Decision> {
    if (task.kind !== "lint") return nothing("another task");
    if (outcome.state === "failed") {
      return { effects: [{ kind: "comment", body: lintFailed(linter, outcome.message) }], why: `${linter} failed` };
    }
    if (outcome.state !== "findings") throw new Error(`${linter} ended with ${outcome.state}, which it never does`);
    const { state, head } = await view.pullRequest();
    if (state === "closed") return nothing("the pull request is closed");
    if (head.sha !== task.headSha) return nothing("something newer was pushed, to which the lines do not belong");
    const review = await reviewOf(linter, outcome.findings, task.headSha, view);
    return { effects: [review.effect], why: review.why };
  }

  return {
    name: linter,
    help: { ...help, commands: helpOf(table) },
    verbs: verbsOf(table),
    comment,
    taskDone,
  };
}
