/** What happens to a pull request, as the trigger plugin sees it (spec chatops 2.1.4). */
import { bringsJobs } from "../../../config/in-repo.ts";
import { nothing } from "../../decide.ts";
import type { Effect } from "../../effects.ts";
import type { PullRequest, PullRequestEvent } from "../../events.ts";
import { latest } from "../../latest.ts";
import { draftNotice } from "../../messages.ts";
import { hasLabel, isBot, isTrustedPullRequest, trustOf } from "../../permissions.ts";
import type { Decision, View } from "../../plugin.ts";
import { brokenNote, inRepoEffects } from "./in-repo.ts";
import { LGTM, NEEDS_OK_TO_TEST, OK_TO_TEST, startAutomatic } from "./start.ts";
import { welcome } from "./welcome.ts";

const ABORT: Effect = { kind: "abortJobs", type: "presubmit", reason: "Aborted by trigger plugin." };

/** Actions that may change which jobs the repository brings. */
const LOOKS: ReadonlySet<string> = new Set(["opened", "reopened", "ready_for_review", "synchronize"]);

/** Decides by action. A repository without presubmits gets nothing at all: no label, no welcome, no abort. */
export async function pullRequest(event: PullRequestEvent, view: View): Promise<Decision> {
  const mayBring = bringsJobs(view.config);
  if (!mayBring && view.config.presubmits.length === 0) return nothing("no presubmits are configured here");
  if (!mayBring || !LOOKS.has(event.action)) return decided(event, view);
  const jobs = await view.jobs();
  const said = inRepoEffects(jobs, await latest(event.pullRequest, view));
  if (jobs.presubmits.length === 0)
    return { effects: said, why: `no presubmits are configured here${brokenNote(jobs.problems)}` };
  const { effects, why } = await decided(event, view);
  return { effects: [...effects, ...said], why };
}

async function decided(event: PullRequestEvent, view: View): Promise<Decision> {
  switch (event.action) {
    case "opened":
      return opened(await latest(event.pullRequest, view), view);
    case "reopened":
    case "ready_for_review":
      return startIfTrusted(await latest(event.pullRequest, view), view);
    case "edited":
      if (event.changes.baseRefFrom === null && event.changes.baseShaFrom === null) {
        return nothing("the base branch is the same");
      }
      return startIfTrusted(await latest(event.pullRequest, view), view);
    case "synchronize":
      return synchronized(event, view);
    case "labeled":
      return labeled(event, view);
    case "closed":
      return aborted((await latest(event.pullRequest, view)).state === "closed", "it is open again");
    case "converted_to_draft":
      return aborted((await latest(event.pullRequest, view)).draft, "it is ready for review again");
    default:
      return nothing(`${event.action} starts and stops nothing`);
  }
}

async function opened(pullRequest: PullRequest, view: View): Promise<Decision> {
  const { author, draft } = pullRequest;
  if ((await trustOf(author.login, view)).trusted) {
    if (!draft || pullRequest.state === "closed") return startAutomatic(pullRequest, view);
    const body = draftNotice(author.login, view);
    return { effects: [{ kind: "comment", body, explains: "draft" }], why: "jobs wait: it is a draft" };
  }
  const effects: Effect[] = [{ kind: "comment", body: await welcome(author, view), explains: NEEDS_OK_TO_TEST }];
  const { ignore_ok_to_test } = view.config.trigger;
  if (!ignore_ok_to_test && !hasLabel(await view.labels(), OK_TO_TEST)) {
    effects.push({ kind: "addLabel", label: NEEDS_OK_TO_TEST });
  }
  return { effects, why: `${author.login} is not trusted` };
}

async function startIfTrusted(pullRequest: PullRequest, view: View): Promise<Decision> {
  const { login } = pullRequest.author;
  if (!(await isTrustedPullRequest(login, view)))
    return nothing(`${login} is not trusted, and nobody said /ok-to-test`);
  return startTrusted(pullRequest, view);
}

/** Starts what runs by itself, and drops a stale `needs-ok-to-test`. */
async function startTrusted(pullRequest: PullRequest, view: View): Promise<Decision> {
  const { effects, why } = await startAutomatic(pullRequest, view);
  if (!hasLabel(await view.labels(), NEEDS_OK_TO_TEST)) return { effects, why };
  return { effects: [...effects, { kind: "removeLabel", label: NEEDS_OK_TO_TEST }], why };
}

async function synchronized(event: PullRequestEvent, view: View): Promise<Decision> {
  const now = await latest(event.pullRequest, view, event.changes.headFrom);
  if (now.head.sha !== event.pullRequest.head.sha) {
    return nothing(`the head moved on to ${now.head.sha}: that push has its own event`);
  }
  if (await trustEnds(event, now, view)) {
    const effects: Effect[] = [ABORT, { kind: "removeLabel", label: OK_TO_TEST }];
    if (!view.config.trigger.ignore_ok_to_test) effects.push({ kind: "addLabel", label: NEEDS_OK_TO_TEST });
    return { effects, why: `/ok-to-test was for the old head, and ${event.sender.login} is not trusted` };
  }
  const started = await startIfTrusted(now, view);
  return { effects: [ABORT, ...started.effects], why: `stops the jobs of the old head; ${started.why}` };
}

/** With `ok_to_test_sha`: whether somebody whom the repository does not trust pushed to what was trusted by label only. */
async function trustEnds(event: PullRequestEvent, { author }: PullRequest, view: View): Promise<boolean> {
  if (!view.config.settings.cutwater.ok_to_test_sha || !hasLabel(await view.labels(), OK_TO_TEST)) return false;
  if ((await trustOf(author.login, view)).trusted) return false;
  return !(await trustOf(event.sender.login, view)).trusted;
}

async function labeled(event: PullRequestEvent, view: View): Promise<Decision> {
  const label = event.label?.toLowerCase();
  const pullRequest = event.pullRequest;
  if (label === LGTM) {
    if (await isTrustedPullRequest(pullRequest.author.login, view))
      return nothing("trusted: its jobs have run already");
    return startAutomatic(await latest(event.pullRequest, view), view);
  }
  if (label === OK_TO_TEST) {
    if (await isBot(view, event.sender.login)) return nothing("the comment that made the bot do this starts the jobs");
    return startTrusted(await latest(event.pullRequest, view), view);
  }
  return nothing(`the label ${event.label ?? ""} starts nothing`);
}

function aborted(still: boolean, otherwise: string): Decision {
  return still ? { effects: [ABORT], why: "stops its jobs" } : nothing(otherwise);
}
