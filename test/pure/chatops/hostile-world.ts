/** A repository where everything is enabled and every word is a stranger's. */
import * as fc from "fast-check";
import type { ChatEvent, GenericComment, TaskEvent } from "../../../src/chatops/events.ts";
import { REGISTRY } from "../../../src/chatops/registry.ts";
import { settingsOf } from "../config/plugin-defaults.ts";
import {
  comment,
  commit,
  type FakeView,
  fakeView,
  file,
  GUID,
  issueEvent,
  issueFacts,
  NOW,
  presubmit,
  pull,
  pullEvent,
  push,
  repoConfig,
  reviewEvent,
  statusEvent,
  timerEvent,
  user,
  type World,
} from "./fake-view.ts";
import { ownersOf } from "./plugins/owners-of.ts";

export const NAMES: readonly string[] = REGISTRY.map(({ name }) => name);
const VERBS: readonly string[] = [...new Set(REGISTRY.flatMap(({ verbs }) => [...(verbs ?? [])]))];

/** Every section that has regular expressions, templates or lists of its own. */
const settings = settingsOf({
  blockades: [{ repos: ["org/repo"], blockregexps: ["^docs/", "(a+)+$"], explanation: "no" }],
  require_matching_label: [
    { org: "org", prs: true, issues: true, regexp: "^kind/", missing_label: "needs-kind", missing_comment: "a kind" },
  ],
  cherry_pick_approved: [{ org: "org", repo: "repo", branchregexp: "^release-", approvers: ["member"] }],
  heart: { adorees: ["member"], commentregexp: "(a+)+b" },
  slack: { mentionchannels: ["sig-node"], mergewarnings: [{ repos: ["org"], channels: ["c"] }] },
  milestone_applier: { "org/repo": { master: "v1" } },
  repo_milestone: { "": { maintainers_team: "milestone", maintainers_id: 1 } },
  project_manager: {
    orgsRepos: { org: { projects: { Board: { columns: [{ name: "To do", labels: ["kind/x"], state: "open" }] } } } },
  },
  override: { allow_top_level_owners: true },
  welcome: [{ repos: ["org"], always_post: true, message_template: "Hi {{.AuthorLogin}}" }],
  bugzilla: {
    default: {
      "*": { validate_by_default: true, enable_backporting: true, target_release: "1", add_external_link: true },
    },
  },
  cutwater: {
    "*": { suggest_commands: true, ok_to_test_sha: true, freeze_branch: "master", cherrypicker: { allow_all: true } },
  },
});

export const config = repoConfig({
  plugins: NAMES,
  settings,
  lgtm: { review_acts_as_lgtm: true, store_tree_hash: true, trusted_team_for_sticky_lgtm: "sticky" },
  label: {
    additional_labels: ["a/b"],
    restricted_labels: [{ label: "kind/x", allowed_teams: ["t"], allowed_users: [], assign_on: [{ label: "kind/y" }] }],
  },
  presubmits: [
    presubmit("unit", { always_run: true }),
    presubmit("custom", { trigger: "(?mi)(a+)+/test( | .* )custom,?($|\\s.*)", rerun_command: "aa/test custom" }),
    presubmit("files", { run_if_changed: "(a+)+\\.go$" }),
  ],
});

const word = fc.constantFrom(
  "all",
  "unit",
  "?",
  "cancel",
  "no-issue",
  "@a",
  "@author",
  "org/team",
  "#5",
  "v1",
  "master",
  "refresh",
  "x",
  "",
  "  ",
  "\t",
  "\u00a0",
  "\u200b",
  "ﬀ",
  "🚢",
  "$",
  "$&",
  "\\",
  "%",
  "{{.Org}}",
  "__proto__",
  "constructor",
  "ABC-1",
  "Bug 7:",
  "@kubernetes/sig-node-bugs",
  "<!-- x -->",
  "cherry-pick of #4",
  "Fixes #1",
  "release-1.2",
);
const command = fc
  .tuple(fc.constantFrom("/", "／", "> /", " /"), fc.constantFrom(...VERBS), fc.array(word, { maxLength: 4 }))
  .map(([slash, verb, rest]) => `${slash}${[verb, ...rest].join(" ")}`);
const line = fc.oneof(
  { weight: 4, arbitrary: command },
  { weight: 2, arbitrary: fc.array(word, { maxLength: 4 }).map((words) => words.join(" ")) },
  { weight: 1, arbitrary: fc.constantFrom("```", "```release-note", "~~~", "<!--", "-->", "---", "") },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);
/** A comment, a description, a title. */
export const text = fc
  .tuple(fc.array(line, { maxLength: 10 }), fc.constantFrom("\n", "\r\n", " \n", "\r"))
  .map(([lines, end]) => lines.join(end));
const name = fc.oneof(
  word,
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom("docs/OWNERS", "a.go", "OWNERS_ALIASES"),
);

const ACTIONS =
  "opened reopened edited synchronize closed labeled unlabeled ready_for_review converted_to_draft assigned review_requested x";

/** One webhook of each kind, with these texts in it. */
export function eventsWith(body: string, title: string, label: string): readonly ChatEvent[] {
  const said: Partial<GenericComment> = { issueTitle: title, issueBody: body, labels: [label] };
  const pullRequest = pull({ title, body, labels: [label], head: { ...pull().head, ref: label } });
  const changes = { baseRefFrom: label, baseShaFrom: null, titleFrom: body, body: true };
  const outcomes: readonly TaskEvent["outcome"][] = [
    { state: "failed", message: body.slice(0, 8000) },
    { state: "files", files: { OWNERS: body, "docs/OWNERS": null } },
    { state: "findings", findings: [{ path: label, line: 1, text: body.slice(0, 2000) }] },
  ];
  const sha = "c".repeat(40);
  const merged: TaskEvent["task"] = {
    kind: "merged-files",
    owner: "org",
    repo: "repo",
    baseSha: sha,
    headSha: sha,
    number: 5,
    paths: ["OWNERS"],
  };
  return [
    ...(
      ["issue_comment", "pull_request_review", "pull_request_review_comment", "pull_request", "issues"] as const
    ).flatMap((source) => [
      comment(body, { ...said, source, isPullRequest: source !== "issues", author: user("member") }),
      comment(body, { ...said, source, isPullRequest: source !== "issues", action: "edited" }),
    ]),
    comment(body, { ...said, state: "closed", action: "deleted" }),
    ...ACTIONS.split(" ").map((action) => pullEvent(action, { pullRequest, label, changes })),
    pullEvent("closed", { pullRequest: { ...pullRequest, merged: true, state: "closed" } }),
    ...(["approved", "changes_requested", "commented", "dismissed", "pending"] as const).map((state) =>
      reviewEvent(state, { body, by: user("member"), pullRequest }),
    ),
    push({ ref: `refs/heads/${label}`, changedFiles: [label, title], pusher: label }),
    push({ deleted: true, compareUrl: body }),
    ...["opened", "labeled", "closed", "milestoned"].map((action) =>
      issueEvent(action, { title, body, label, labels: [label] }),
    ),
    statusEvent({ context: label, description: title }),
    ...NAMES.map((plugin) => timerEvent(plugin, body)),
    ...NAMES.flatMap((plugin) =>
      outcomes.map(
        (outcome): TaskEvent => ({
          kind: "task",
          guid: GUID,
          sender: user("member"),
          plugin,
          id: GUID,
          task: merged,
          outcome,
        }),
      ),
    ),
  ];
}

/** The world around them, of the same words. Services answer with them, too. */
export function hostileView(body: string, title: string, label: string, over: Partial<World> = {}): FakeView {
  const pullRequest = pull({ title, body, labels: [label] });
  const createdAt = new Date(NOW).toISOString();
  const written = { id: 1, author: "member", body, createdAt, updatedAt: createdAt };
  return fakeView({
    config,
    pullRequest,
    pullRequests: { 4: pull({ number: 4, title, body }) },
    issue: issueFacts({ title, body, labels: [label] }),
    labels: [label, "lgtm", "kind/x"],
    repoLabels: [label, "kind/x", "area/a", "needs-kind", "sig/node"],
    files: [file(label || "x"), file("docs/OWNERS"), file("a.go", { previousFilename: title })],
    comments: [written, { ...written, id: 2, author: "cutwater[bot]" }],
    commits: [commit("a".repeat(40), body), commit("b".repeat(40), title, { author: null })],
    reviews: [{ id: 1, author: user("member"), state: "approved", body, htmlUrl: "", submittedAt: createdAt }],
    reviewComments: [{ id: 1, author: "x", body, path: label, line: null, htmlUrl: "", createdAt }],
    issueEvents: [{ event: "labeled", actor: "x", label, createdAt }],
    milestones: [{ number: 1, title }],
    statuses: [{ context: label, state: "failure", description: title }],
    checkRuns: [{ name: title, status: "completed", conclusion: "failure", detailsUrl: body }],
    texts: { OWNERS: body, OWNERS_ALIASES: body, "docs/OWNERS": body },
    patches: { "docs/OWNERS": body, "a.go": body },
    branches: ["master", "release-1.2", label],
    tags: [label],
    owners: ownersOf({ OWNERS: "approvers: [member]\nreviewers: [author]\n", "docs/OWNERS": body }),
    outside: ({ path }) => ({
      status: 200,
      contentType: "application/json",
      length: null,
      body,
      url: `https://x.test${path}`,
    }),
    ...over,
  });
}

export const words = fc.record({ body: text, title: fc.oneof(text, name), label: name });
