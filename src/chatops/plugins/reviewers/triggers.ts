/** When reviewers are asked for: what `blunderbuss` and `rifle` have in common (spec chatops 2.13). */
import { goRegExp } from "../../../config/goregexp.ts";
import type { RepoConfig } from "../../../config/model.ts";
import type { ReviewersConfig } from "../../../config/plugin-settings.ts";
import { alone, type CommandTable, deafTo, heard, heardIn, helpOf, verbsOf } from "../../commands.ts";
import { nothing } from "../../decide.ts";
import type { Effect, MissingReply } from "../../effects.ts";
import type { PullRequest } from "../../events.ts";
import { latest } from "../../latest.ts";
import { answered, missingReviewers } from "../../messages.ts";
import { anyone, sameLogin } from "../../permissions.ts";
import type { Decision, Plugin, View } from "../../plugin.ts";
import { choose } from "./choose.ts";
import type { Arrangement } from "./candidates.ts";

const table: CommandTable<"auto-cc"> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["auto-cc"],
      parse: alone("auto-cc"),
      who: anyone,
      usage: "/auto-cc",
      description: "Asks reviewers whom the OWNERS files of the changed files name.",
      examples: ["/auto-cc"],
    },
  ],
};

/** The line with which an author names reviewers, as `assign` reads it. */
const cc: CommandTable<true> = {
  on: "pull requests",
  openOnly: false,
  commands: [
    {
      verbs: ["cc", "uncc"],
      parse: (rest) => (/^(?: +@?[-/\w]+)*[\t\f\r ]*$/.test(rest) ? true : null),
      who: anyone,
      usage: "",
      description: "",
      examples: [],
    },
  ],
};

export interface ReviewersPlugin {
  readonly name: "blunderbuss" | "rifle";
  readonly description: string;
  /** How candidates are ordered for a pull request. */
  readonly arranger: (pullRequest: PullRequest, view: View) => Promise<Arrangement>;
}

/** The plugin of a way to order candidates. */
export function reviewersPlugin({ name, description, arranger }: ReviewersPlugin): Plugin {
  const settings = ({ settings }: RepoConfig): ReviewersConfig => settings[name];

  async function ask(
    pullRequest: PullRequest,
    view: View,
    asked: readonly string[],
    onMissing?: MissingReply,
  ): Promise<Decision> {
    const owners = await view.owners(await view.branchSha(pullRequest.base.ref));
    const arrangement = await arranger(pullRequest, view);
    const users = await choose({ view, pullRequest, config: settings(view.config), owners, arrangement, asked });
    if (users.length === 0) return nothing("OWNERS files name nobody who could be asked");
    const effect: Effect = { kind: "requestReview", users, teams: [], ...(onMissing ? { onMissing } : {}) };
    return { effects: [effect], why: `OWNERS files name ${users.join(", ")}` };
  }

  /** Why the pull request is left alone, whoever asks but a person; or null. */
  function leftAlone({ draft, author, state }: PullRequest, config: ReviewersConfig): string | null {
    if (state !== "open") return `this is ${state}`;
    if (draft && config.ignore_drafts) return "it is a draft";
    if (config.ignore_authors.some((login) => sameLogin(login, author.login)))
      return `${author.login} is left alone here`;
    return null;
  }

  return {
    name,
    help: {
      description,
      commands: helpOf(table),
      snippet: [
        `${name}:`,
        "  request_count: 2",
        "  max_request_count: 3",
        "  exclude_approvers: false",
        "  use_status_availability: true",
        "  ignore_drafts: true",
        "  ignore_authors:",
        "  - robot",
      ].join("\n"),
      config: (config) => describe(settings(config)),
    },
    verbs: verbsOf(table),

    pullRequest: async (event, view) => {
      const config = settings(view.config);
      if (event.action !== "opened" && event.action !== "ready_for_review")
        return nothing(`${event.action} asks nobody`);
      if (config.wait_for_status) return nothing(`reviewers are asked once ${config.wait_for_status.context} says so`);
      const pullRequest = await latest(event.pullRequest, view);
      const alone = leftAlone(pullRequest, config);
      if (alone) return nothing(alone);
      if (heardIn(cc, pullRequest.body).length > 0) return nothing("the description names reviewers");
      // A draft that comes back has its reviewers already.
      return ask(pullRequest, view, event.action === "ready_for_review" ? pullRequest.requestedReviewers : []);
    },

    comment: async (comment, view) => {
      const deaf = deafTo(table, comment);
      if (deaf) return nothing(deaf);
      if (heard(table, comment).length === 0) return nothing("no command of it");
      return ask(await view.pullRequest(), view, [], missingReviewers(answered(comment), view));
    },

    status: async (event, view) => {
      const wait = settings(view.config).wait_for_status;
      if (!wait) return nothing("it waits for no status");
      if (event.context !== wait.context || event.state !== wait.state) return nothing("another status");
      if (!goRegExp(wait.description).test(event.description)) return nothing("the status says something else");
      const { owner, repo } = view.repository;
      const hits = await view.search(`${event.sha} repo:${owner}/${repo} type:pr state:open`);
      const effects = hits.map(({ number }): Effect => {
        return { kind: "lookAgain", plugin: name, note: event.sha, afterMs: 0, number };
      });
      return {
        effects,
        why: effects.length > 0 ? `${event.context} waits for reviews` : "no open pull request has it",
      };
    },

    timer: async ({ note: sha }, view) => {
      const pullRequest = await view.pullRequest();
      if (pullRequest.head.sha !== sha) return nothing("something newer was pushed");
      if (pullRequest.requestedReviewers.length > 0) return nothing("reviewers were asked already");
      const alone = leftAlone(pullRequest, settings(view.config));
      return alone ? nothing(alone) : ask(pullRequest, view, []);
    },
  };
}

function describe(config: ReviewersConfig): string {
  const parts = [`${config.request_count} people are asked for a review.`];
  if (config.max_request_count > 0)
    parts.push(`Never more than ${config.max_request_count}, but for required reviewers.`);
  if (config.exclude_approvers) parts.push("Approvers are not asked.");
  if (config.use_status_availability) parts.push("Who is busy on GitHub is not asked.");
  if (config.ignore_drafts) parts.push("Drafts are left alone.");
  if (config.wait_for_status) parts.push(`They are asked once ${config.wait_for_status.context} waits for reviews.`);
  return parts.join(" ");
}
