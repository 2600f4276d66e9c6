import { atLeast, assignable, collaboratorsOf, grantedPermission, permissionOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import { type Call, empty, json } from "../http/call.ts";
import { paged } from "../http/page.ts";
import { userOf } from "../shape/account.ts";
import { issue as issueShape, issueEvent, labelsOf, reaction } from "../shape/issue.ts";
import type { Issue, Repo } from "../state/model.ts";
import { react } from "../verbs/comments.ts";
import {
  addLabels,
  assign,
  commentersOf,
  createIssue,
  editIssue,
  removeLabel,
  setMilestone,
  setState,
  unassign,
} from "../verbs/issues.ts";
import { R, type Routes } from "./route.ts";

/** What Apps need for issues and for pull requests seen as issues. */
export const scopesOf = (issue: Issue): readonly string[] => (issue.pull ? ["issues", "pull_requests"] : ["issues"]);
export const BOTH: readonly string[] = ["issues", "pull_requests"];

const one = (call: Call): { repo: Repo; issue: Issue } => {
  const { repo } = call;
  return { repo, issue: call.world.issue(repo, call.param("issue_number")) };
};

const REASONS = ["completed", "not_planned", "duplicate"] as const;

/** GitHub takes numbers for titles too. */
const titleOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;

const readable = (call: Call) => {
  const found = one(call);
  call.allow(found.repo, "read", scopesOf(found.issue), "read");
  return found;
};

const writable = (call: Call, need: "read" | "triage" = "triage") => {
  const found = one(call);
  call.allow(found.repo, "write", scopesOf(found.issue), need);
  return found;
};

/** Label names in any of the forms that GitHub takes. */
function labelNames(call: Call): string[] {
  const field = call.field("labels");
  const list = Array.isArray(call.body) ? call.body : Array.isArray(field) ? field : [];
  const names = list.map((item: unknown) =>
    typeof item === "string"
      ? item
      : typeof item === "object" && item !== null && "name" in item
        ? String(item.name)
        : "",
  );
  return names.filter(Boolean);
}

/** Sets exactly these labels. */
function setLabels(call: Call, repo: Repo, issue: Issue, names: readonly string[]): void {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  for (const name of issue.labels.filter((known) => !wanted.has(known.toLowerCase())))
    removeLabel(call.world, repo, issue, call.actor, name);
  addLabels(call.world, repo, issue, call.actor, names);
}

function milestoneOf(call: Call): number | null | undefined {
  const value = call.field("milestone");
  return value === undefined || value === null ? value : Number(value);
}

function setAssignees(call: Call, repo: Repo, issue: Issue): void {
  const wanted = call.strings("assignees");
  const stranger = wanted.find((login) => !assignable(call.world, repo, login, commentersOf(issue)));
  if (stranger !== undefined) throw ApiError.invalid("Issue", "assignees", "invalid");
  unassign(
    call.world,
    repo,
    issue,
    call.actor,
    issue.assignees.filter((login) => !wanted.includes(login)),
  );
  assign(call.world, repo, issue, call.actor, wanted);
}

const BY: Readonly<Record<string, (issue: Issue) => string | number>> = {
  created: (issue) => issue.createdAt,
  updated: (issue) => issue.updatedAt,
  comments: (issue) => issue.comments.length,
};

function listed(call: Call, repo: Repo): Issue[] {
  const state = call.query("state") ?? "open";
  const labels = call.query("labels")?.split(",").filter(Boolean) ?? [];
  const key = BY[call.query("sort") ?? "created"] ?? BY.created;
  const sign = call.query("direction") === "asc" ? 1 : -1;
  const same = (wanted: string | null, login: string | null) =>
    wanted === null || wanted === "*" || wanted.toLowerCase() === login?.toLowerCase();
  const since = call.query("since");
  const assignee = call.query("assignee");
  return Object.values(repo.issues)
    .filter((issue) => state === "all" || issue.state === state)
    .filter((issue) => labels.every((name) => issue.labels.some((known) => known.toLowerCase() === name.toLowerCase())))
    .filter((issue) => same(call.query("creator"), issue.user))
    .filter(
      (issue) =>
        assignee === null ||
        (assignee === "none" ? issue.assignees.length === 0 : issue.assignees.some((login) => same(assignee, login))),
    )
    .filter((issue) => since === null || issue.updatedAt >= since)
    .sort((a, b) => {
      const [x, y] = [key?.(a) ?? 0, key?.(b) ?? 0];
      return sign * (x < y ? -1 : x > y ? 1 : a.number - b.number);
    });
}

export const issues: Routes = {
  [`GET ${R}/issues`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", BOTH, "read");
    return paged(call, listed(call, repo), (issue) => issueShape(world, repo, issue));
  },
  [`POST ${R}/issues`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "write", ["issues"], "read");
    const title = titleOf(call.field("title")) ?? "";
    const issue = createIssue(world, repo, call.actor, { title, body: call.string("body") ?? null });
    const may = call.caller.kind === "installation" || atLeast(permissionOf(world, repo, call.login), "triage");
    if (may) {
      addLabels(world, repo, issue, call.actor, labelNames(call));
      assign(world, repo, issue, call.actor, call.strings("assignees"));
    }
    return json(issueShape(world, repo, issue), 201);
  },
  [`GET ${R}/issues/{issue_number}`]: (call) => {
    const { repo, issue } = readable(call);
    return json(issueShape(call.world, repo, issue));
  },
  [`PATCH ${R}/issues/{issue_number}`]: (call) => {
    const { repo, issue } = one(call);
    const own = issue.user === call.login;
    call.allow(repo, "write", scopesOf(issue), own ? "read" : "triage");
    const body = call.field("body");
    editIssue(call.world, repo, issue, call.actor, {
      title: titleOf(call.field("title")),
      body: body === undefined ? undefined : typeof body === "string" ? body : null,
    });
    const milestone = milestoneOf(call);
    if (milestone !== undefined) setMilestone(call.world, repo, issue, call.actor, milestone);
    if (call.field("labels") !== undefined) setLabels(call, repo, issue, labelNames(call));
    if (call.field("assignees") !== undefined) setAssignees(call, repo, issue);
    const state = call.string("state");
    const reason = REASONS.find((one) => one === call.string("state_reason")) ?? "completed";
    if (state === "open" || state === "closed") setState(call.world, repo, issue, call.actor, state, reason);
    return json(issueShape(call.world, repo, issue));
  },
  [`GET ${R}/issues/{issue_number}/events`]: (call) => {
    const { repo, issue } = readable(call);
    return paged(call, issue.events, (event) => issueEvent(call.world, repo, event));
  },
  [`GET ${R}/issues/{issue_number}/labels`]: (call) => {
    const { repo, issue } = readable(call);
    return paged(call, labelsOf(call.world, repo, issue), (label) => label);
  },
  [`POST ${R}/issues/{issue_number}/labels`]: (call) => {
    const { repo, issue } = writable(call);
    addLabels(call.world, repo, issue, call.actor, labelNames(call));
    return json(labelsOf(call.world, repo, issue));
  },
  [`PUT ${R}/issues/{issue_number}/labels`]: (call) => {
    const { repo, issue } = writable(call);
    setLabels(call, repo, issue, labelNames(call));
    return json(labelsOf(call.world, repo, issue));
  },
  [`DELETE ${R}/issues/{issue_number}/labels`]: (call) => {
    const { repo, issue } = writable(call);
    setLabels(call, repo, issue, []);
    return empty();
  },
  [`DELETE ${R}/issues/{issue_number}/labels/{name}`]: (call) => {
    const { repo, issue } = writable(call);
    removeLabel(call.world, repo, issue, call.actor, call.param("name"));
    return json(labelsOf(call.world, repo, issue));
  },
  [`POST ${R}/issues/{issue_number}/assignees`]: (call) => {
    const { repo, issue } = writable(call);
    assign(call.world, repo, issue, call.actor, call.strings("assignees"));
    return json(issueShape(call.world, repo, issue), 201);
  },
  [`DELETE ${R}/issues/{issue_number}/assignees`]: (call) => {
    const { repo, issue } = writable(call);
    unassign(call.world, repo, issue, call.actor, call.strings("assignees"));
    return json(issueShape(call.world, repo, issue));
  },
  [`POST ${R}/issues/{issue_number}/reactions`]: (call) => {
    const { issue } = writable(call, "read");
    const { made, reaction: done } = react(call.world, issue.reactions, call.actor, call.string("content") ?? "");
    return json(reaction(call.world, done), made ? 201 : 200);
  },
  [`GET ${R}/assignees`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", [...BOTH, "metadata"], "read");
    return paged(call, collaboratorsOf(world, repo), (login) => userOf(world, login));
  },
  [`GET ${R}/assignees/{assignee}`]: (call) => {
    const { repo, world } = call;
    call.allow(repo, "read", [...BOTH, "metadata"], "read");
    if (grantedPermission(world, repo, call.param("assignee")) === null) throw ApiError.notFound();
    return empty();
  },
};
