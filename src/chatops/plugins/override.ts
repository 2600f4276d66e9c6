/** `override`: makes contexts green that a person vouches for (spec chatops 2.18). */
import { presubmitJob, pullRequestRefs } from "../../jobs/create.ts";
import type { ProwJob } from "../../jobs/prowjob.ts";
import { statusDescription } from "../../jobs/report.ts";
import { couldRun } from "../../jobs/triggering.ts";
import { type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PullRequest } from "../events.ts";
import { answered, reply } from "../messages.ts";
import {
  nothingToCancel,
  overridden,
  OVERRIDDEN_BY,
  overriddenBy,
  overrideCancelledBy,
  overrideCouldNotLook,
  overrideNeedsNames,
  overrideRefused,
  overridesCancelled,
  overrideUnknown,
} from "../messages-override.ts";
import type { Permission } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { namesOn, type Target, targetsOf } from "./override/targets.ts";

type Verb = "override" | "override-sticky" | "override-cancel";
interface Said {
  readonly verb: Verb;
  readonly names: readonly string[];
}

const who: Permission = {
  who: "Administrators of the repository, configured teams, and approvers of the root OWNERS file where that is allowed",
  check: async (login, view) => ({ trusted: await mayOverride(login, view), checked: ["administrators"] }),
};

const command = (verb: Verb, description: string, examples: readonly string[]) => ({
  verbs: [verb],
  parse: (rest: string): Said => ({ verb, names: namesOn(rest) }),
  who,
  usage: `/${verb} <context>...`,
  description,
  examples,
});

const table: CommandTable<Said> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    command("override", "Makes failed or missing contexts of the head green.", [
      "/override pull-repo-whatever",
      '/override "test / Unit"',
    ]),
    command("override-sticky", "The same, and it stays when the base moves: nothing is retested.", [
      "/override-sticky pull-repo-whatever",
    ]),
    command("override-cancel", "Takes overrides back: those named, or all.", [
      "/override-cancel",
      "/override-cancel pull-repo-whatever",
    ]),
  ],
};

/** An error of GitHub means no. */
async function mayOverride(login: string, view: View): Promise<boolean> {
  const { allowed_github_teams, allow_top_level_owners } = view.config.settings.override;
  const is = async (asked: () => Promise<boolean>): Promise<boolean> => await asked().catch(() => false);
  if (await is(async () => (await view.permission(login)) === "admin")) return true;
  for (const slug of allowed_github_teams)
    if (await is(() => view.isTeamMember(view.repository.owner, slug, login))) return true;
  if (!allow_top_level_owners) return false;
  return await is(async () => {
    const { base } = await view.pullRequest();
    return (await view.owners(base.sha)).leafApprovers("").has(login.toLowerCase());
  });
}

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment).map((one) => one.said);
  if (said.length === 0) return nothing("no command of it");
  const { login } = comment.sender;
  const say = (text: string): Effect => ({ kind: "comment", body: reply(answered(comment), view, text) });
  const mute = said.find(({ verb, names }) => verb !== "override-cancel" && names.length === 0);
  if (mute) return { effects: [say(overrideNeedsNames(mute.verb))], why: "no context was named" };
  if (!(await mayOverride(login, view))) {
    const { allowed_github_teams, allow_top_level_owners } = view.config.settings.override;
    return {
      effects: [say(overrideRefused(login, allowed_github_teams, allow_top_level_owners))],
      why: `${login} may not`,
    };
  }
  const effects: Effect[] = [];
  const pull = await view.pullRequest();
  const cancels = said.filter(({ verb }) => verb === "override-cancel");
  if (cancels.length > 0)
    effects.push(
      ...(await cancel(
        cancels.flatMap(({ names }) => names),
        pull,
        comment,
        view,
        say,
      )),
    );
  for (const verb of ["override-sticky", "override"] as const) {
    const names = said.filter((one) => one.verb === verb).flatMap((one) => one.names);
    if (names.length > 0)
      effects.push(...(await override(names, verb === "override-sticky", pull, comment, view, say)));
  }
  return { effects, why: `${login} said ${[...new Set(said.map(({ verb }) => `/${verb}`))].join(", ")}` };
}

type Say = (text: string) => Effect;

async function cancel(
  names: readonly string[],
  pull: PullRequest,
  { sender, htmlUrl }: GenericComment,
  view: View,
  say: Say,
): Promise<Effect[]> {
  const wanted = new Set(names);
  const found = (await view.statuses(pull.head.sha)).filter(
    ({ context, description }) => description.includes(OVERRIDDEN_BY) && (wanted.size === 0 || wanted.has(context)),
  );
  if (found.length === 0) return [say(nothingToCancel())];
  const description = overrideCancelledBy(sender.login);
  const effects = found.map(
    ({ context }): Effect => ({
      kind: "setStatus",
      sha: pull.head.sha,
      context,
      state: "failure",
      description,
      targetUrl: htmlUrl,
    }),
  );
  return [
    ...effects,
    say(
      overridesCancelled(
        sender.login,
        found.map(({ context }) => context),
      ),
    ),
  ];
}

async function override(
  names: readonly string[],
  sticky: boolean,
  pull: PullRequest,
  comment: GenericComment,
  view: View,
  say: Say,
): Promise<Effect[]> {
  const looked = await look(pull, view);
  if (typeof looked === "string") return [say(overrideCouldNotLook(looked))];
  const { targets, baseSha } = looked;
  const unknown = [...new Set(names)].filter((name) => !targets.has(name));
  if (unknown.length > 0) return [say(overrideUnknown(unknown, [...targets.keys()]))];
  const chosen = new Set(names.flatMap((name) => targets.get(name) ?? []));
  const jobs: ProwJob[] = [];
  const effects: Effect[] = [];
  const human = overriddenBy(comment.sender.login, sticky);
  for (const target of chosen) {
    if (target.kind === "check") effects.push(checkRun(target, human, pull, comment));
    else {
      if (target.job) jobs.push(await recorded(target.job, human, baseSha, pull, comment, view));
      const description = statusDescription(human, baseSha);
      const { sha } = pull.head;
      effects.push({
        kind: "setStatus",
        sha,
        context: target.context,
        state: "success",
        description,
        targetUrl: comment.htmlUrl,
      });
    }
  }
  const done = [...chosen].map((target) => (target.kind === "check" ? target.name : target.context));
  return [
    ...(jobs.length > 0 ? [{ kind: "recordJobs", jobs } as const] : []),
    ...effects,
    say(overridden(comment.sender.login, done)),
  ];
}

/** What there is to override, or what GitHub did not tell. */
async function look(
  pull: PullRequest,
  view: View,
): Promise<{ targets: ReadonlyMap<string, Target>; baseSha: string } | string> {
  const { sha } = pull.head;
  const branch = pull.base.ref;
  const told = <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null);
  const statuses = await told(view.statuses(sha));
  if (statuses === null) return "statuses";
  const required = await told(view.requiredContexts(branch).then((contexts) => contexts ?? []));
  if (required === null) return "branch protection";
  // A personal token may not create check runs, so it cannot override them either; reading them is no reason to stop.
  const checks = (await told(view.checkRuns(sha))) ?? [];
  const baseSha = await told(view.branchSha(branch));
  if (baseSha === null) return "base branch";
  const { presubmits } = await view.jobs();
  const jobs = presubmits.filter((job) => couldRun(job, branch));
  return { targets: targetsOf(statuses, jobs, required, checks), baseSha };
}

function checkRun(
  target: Extract<Target, { kind: "check" }>,
  human: string,
  pull: PullRequest,
  { htmlUrl }: GenericComment,
): Effect {
  return {
    kind: "createCheckRun",
    sha: pull.head.sha,
    name: target.name,
    conclusion: "success",
    title: human,
    summary: `By [this comment](${htmlUrl}).`,
    detailsUrl: htmlUrl,
  };
}

/** A run that never ran: green from the start, so that whoever asks for results finds it. */
async function recorded(
  job: NonNullable<Extract<Target, { kind: "status" }>["job"]>,
  human: string,
  baseSha: string,
  pull: PullRequest,
  comment: GenericComment,
  view: View,
): Promise<ProwJob> {
  const { prow } = view.config;
  const refs = pullRequestRefs(view.repository, pull, baseSha, prow.link_url);
  const origin = { guid: view.guid, now: view.now, publicUrl: view.publicUrl, settings: prow };
  const made = await presubmitJob(job, refs, origin);
  const { startTime } = made.status;
  const status = {
    ...made.status,
    state: "success",
    completionTime: startTime,
    description: human,
    url: comment.htmlUrl,
  } as const;
  return { ...made, status };
}

export const overridePlugin: Plugin = {
  name: "override",
  help: {
    description: "The override plugin lets some people make contexts green that failed for no fault of the change.",
    commands: helpOf(table),
    snippet: "override:\n  allow_top_level_owners: true\n  allowed_github_teams:\n    org/repo: [release-managers]",
    config: ({ settings: { override: of } }) =>
      `Besides administrators: ${[...of.allowed_github_teams, ...(of.allow_top_level_owners ? ["top level owners"] : [])].join(", ") || "nobody"}.`,
  },
  verbs: verbsOf(table),
  comment,
};
