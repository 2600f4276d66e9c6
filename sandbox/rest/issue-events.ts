import { paged } from "../http/page.ts";
import { issue as issueShape, issueEvent } from "../shape/issue.ts";
import type { Issue, IssueEvent, Repo } from "../state/model.ts";
import { R, type Routes } from "./route.ts";

interface Happened {
  readonly issue: Issue;
  readonly event: IssueEvent;
}

/** Events only ever come to a list, or go with their issue: as many and as new ones are the same. */
const sorted = new WeakMap<Repo, { readonly of: string; readonly all: readonly Happened[] }>();

/** The newest first. */
function allEvents(repo: Repo): readonly Happened[] {
  const issues = Object.values(repo.issues);
  const [count, newest] = issues.reduce(
    ([sum, most], { events }) => [sum + events.length, Math.max(most, events.at(-1)?.id ?? 0)],
    [0, 0],
  );
  const known = sorted.get(repo);
  const of = `${issues.length} ${count} ${newest}`;
  if (known?.of === of) return known.all;
  const all = issues.flatMap((issue) => issue.events.map((event) => ({ issue, event })));
  all.sort((a, b) => b.event.id - a.event.id);
  sorted.set(repo, { of, all });
  return all;
}

export const issueEvents: Routes = {
  [`GET ${R}/issues/events`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", ["issues", "pull_requests"], "read");
    return paged(call, allEvents(repo), ({ issue, event }) => ({
      ...issueEvent(world, repo, event),
      issue: issueShape(world, repo, issue),
    }));
  },
};
