/** What tests and the pages' helpers do to the sandbox directly: act as people, break things, look at what happened. */
import { z } from "zod";
import type { Files } from "../git/write.ts";
import { readRef } from "../git/read.ts";
import type { Faults } from "../faults.ts";
import type { Journal } from "../http/journal.ts";
import type { Rates } from "../http/rate.ts";
import { createComment, deleteComment, editComment } from "../verbs/comments.ts";
import { userToken } from "../verbs/apps.ts";
import { addLabels, createIssue, editIssue, removeLabel, setState } from "../verbs/issues.ts";
import { createPull, mergePull, setDraft } from "../verbs/pulls.ts";
import { commitTo, ensureFork } from "../verbs/repos.ts";
import { type NewReview, submitReview } from "../verbs/reviews.ts";
import { branchRef } from "../verbs/sync.ts";
import { createSetup } from "./setup.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";
import type { Delivery, WorkflowRun } from "../state/model.ts";
import { fullName, type World } from "../world.ts";

interface Target {
  /** `owner/name`. */
  readonly repo: string;
  readonly number: number;
}
interface Act extends Target {
  /** Login of who does it. */
  readonly as: string;
}

export type Control = ReturnType<typeof createControl>;

/** The control of a running sandbox. */
export function createControl(world: World, journal: Journal, rates: Rates, faults: Faults) {
  const at = (target: Target) => {
    const repo = world.mustRepo(target.repo);
    return { repo, issue: world.issue(repo, target.number) };
  };
  const pullAt = (target: Target) => {
    const repo = world.mustRepo(target.repo);
    return { repo, issue: world.pull(repo, target.number) };
  };
  return {
    ...createSetup(world),
    comment(input: Act & { body: string }): { id: number } {
      const { repo, issue } = at(input);
      return { id: createComment(world, repo, issue, world.actor(input.as), input.body).id };
    },
    editComment(input: { repo: string; id: number; as: string; body: string }): void {
      editComment(world, world.mustRepo(input.repo), input.id, world.actor(input.as), input.body);
    },
    deleteComment(input: { repo: string; id: number; as: string }): void {
      deleteComment(world, world.mustRepo(input.repo), input.id, world.actor(input.as));
    },
    createIssue(input: { repo: string; as: string; title: string; body?: string }): { number: number } {
      const issue = createIssue(world, world.mustRepo(input.repo), world.actor(input.as), {
        title: input.title,
        body: input.body ?? null,
      });
      return { number: issue.number };
    },
    /** Opens a pull request from a new branch with these files; `fork` (the default for who may not push) puts it into a fork. */
    async createPull(input: {
      repo: string;
      as: string;
      title: string;
      body?: string;
      branch?: string;
      base?: string;
      files: Files;
      draft?: boolean;
      fork?: boolean;
      createdAt?: string;
    }): Promise<{ number: number; sha: string }> {
      const repo = world.mustRepo(input.repo);
      const base = input.base ?? repo.defaultBranch;
      const head = input.fork ? await ensureFork(world, repo, input.as) : repo;
      const ref = input.branch ?? `change-${world.id()}`;
      const date = input.createdAt ? { date: new Date(input.createdAt) } : {};
      const actor = world.actor(input.as);
      const sha = await commitTo(world, head, actor, {
        branch: ref,
        from: base,
        files: input.files,
        message: input.title,
        ...date,
      });
      const issue = await createPull(world, repo, actor, {
        title: input.title,
        body: input.body ?? null,
        base,
        head: { repo: head, ref },
        draft: input.draft ?? false,
        ...(input.createdAt ? { createdAt: input.createdAt } : {}),
      });
      return { number: issue.number, sha };
    },
    /** Adds a commit to a pull request's branch. */
    pushToPull(input: Act & { files: Files; message: string }): Promise<string> {
      const { issue } = pullAt(input);
      const head = world.mustRepo(issue.pull.head.repo);
      const { files, message } = input;
      return commitTo(world, head, world.actor(input.as), { branch: issue.pull.head.ref, files, message });
    },
    /** Adds a commit to a branch, which is made `from` another when it is not there. */
    push(input: {
      repo: string;
      as: string;
      branch: string;
      from?: string;
      files: Files;
      message: string;
    }): Promise<string> {
      return commitTo(world, world.mustRepo(input.repo), world.actor(input.as), input);
    },
    addLabel(input: Act & { label: string }): void {
      const { repo, issue } = at(input);
      addLabels(world, repo, issue, world.actor(input.as), [input.label]);
    },
    removeLabel(input: Act & { label: string }): void {
      const { repo, issue } = at(input);
      removeLabel(world, repo, issue, world.actor(input.as), input.label);
    },
    setState(input: Act & { state: "open" | "closed" }): void {
      const { repo, issue } = at(input);
      setState(world, repo, issue, world.actor(input.as), input.state);
    },
    setDraft(input: Act & { draft: boolean }): void {
      const { repo, issue } = pullAt(input);
      setDraft(world, repo, issue, world.actor(input.as), input.draft);
    },
    edit(input: Act & { title?: string; body?: string }): void {
      const { repo, issue } = at(input);
      editIssue(world, repo, issue, world.actor(input.as), { title: input.title, body: input.body });
    },
    review(input: Act & NewReview): { id: number } {
      const { repo, issue } = pullAt(input);
      return { id: submitReview(world, repo, issue, world.actor(input.as), input).id };
    },
    merge(input: Act): Promise<string> {
      const { repo, issue } = pullAt(input);
      return mergePull(world, repo, issue, world.actor(input.as), { method: "merge" });
    },
    /** An Actions run on a head, e.g. one that waits for approval (`completed`, `action_required`). */
    workflowRun(input: {
      repo: string;
      sha: string;
      branch: string;
      status: string;
      conclusion: string | null;
      actor: string;
    }): { id: number } {
      const repo = world.mustRepo(input.repo);
      const now = world.now();
      const { sha, branch, status, conclusion, actor } = input;
      const number = repo.workflowRuns.length + 1;
      const run: WorkflowRun = {
        id: world.id(),
        name: "CI",
        event: "pull_request",
        number,
        attempt: 1,
        sha,
        branch,
        status,
        conclusion,
        actor,
        createdAt: now,
        updatedAt: now,
      };
      repo.workflowRuns.push(run);
      world.changed(fullName(repo));
      return { id: run.id };
    },
    /** A token that acts as a user. */
    token(login: string): string {
      return userToken(world, login, "personal", ["repo", "read:org"]).token;
    },
    /** What stands on a page. */
    snapshot(target: Target): Snapshot {
      const { repo, issue } = at(target);
      return snapshot(world, repo, issue);
    },
    /** The sha of a branch, or null. */
    branch(repo: string, name: string): Promise<string | null> {
      return readRef(world.gitDir(world.mustRepo(repo)), branchRef(name));
    },
    faults,
    journal,
    rates,
    deliveries(): readonly Delivery[] {
      return world.state.deliveries;
    },
    /** The payload that a delivery carried, as text. */
    payload(id: number): Promise<string> {
      return world.hooks.body(id);
    },
    async redeliver(id: number): Promise<void> {
      await world.hooks.redeliver(id);
    },
    /** Resolves when no webhook waits to be sent. */
    settled(): Promise<void> {
      return world.hooks.settled();
    },
    /** Points the demo App's webhook somewhere else (an empty address: nowhere); people may sign in there as well. */
    setWebhook(webhook: { url: string; secret: string }): void {
      const hook = world.state.hooks.find((one) => one.app === world.state.demo?.appId);
      const app = world.state.apps.find((one) => one.id === world.state.demo?.appId);
      if (hook) Object.assign(hook, webhook);
      if (app) app.callbackUrls = webhook.url === "" ? [] : [new URL(webhook.url).origin];
      world.changed();
    },
  };
}

const target = { repo: z.string(), number: z.int() };
const act = { ...target, as: z.string() };
const files = z.record(
  z.string(),
  z.union([z.string(), z.object({ text: z.string(), executable: z.boolean() }), z.null()]),
);

/** What `POST /_sandbox/actions/<name>` takes. */
export const ACTIONS = {
  comment: z.object({ ...act, body: z.string() }),
  editComment: z.object({ repo: z.string(), id: z.int(), as: z.string(), body: z.string() }),
  deleteComment: z.object({ repo: z.string(), id: z.int(), as: z.string() }),
  createIssue: z.object({ repo: z.string(), as: z.string(), title: z.string(), body: z.string().exactOptional() }),
  createPull: z.object({
    repo: z.string(),
    as: z.string(),
    title: z.string(),
    body: z.string().exactOptional(),
    branch: z.string().exactOptional(),
    base: z.string().exactOptional(),
    files,
    draft: z.boolean().exactOptional(),
    fork: z.boolean().exactOptional(),
  }),
  pushToPull: z.object({ ...act, files, message: z.string() }),
  push: z.object({ repo: z.string(), as: z.string(), branch: z.string(), files, message: z.string() }),
  addLabel: z.object({ ...act, label: z.string() }),
  removeLabel: z.object({ ...act, label: z.string() }),
  setState: z.object({ ...act, state: z.enum(["open", "closed"]) }),
  setDraft: z.object({ ...act, draft: z.boolean() }),
  edit: z.object({ ...act, title: z.string().exactOptional(), body: z.string().exactOptional() }),
  review: z.object({ ...act, verdict: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]), body: z.string() }),
  merge: z.object(act),
  snapshot: z.object(target),
} as const;

/** Runs an action by its name with JSON from outside. */
export async function runAction(control: Control, name: string, input: unknown): Promise<unknown> {
  switch (name) {
    case "comment":
      return control.comment(ACTIONS.comment.parse(input));
    case "editComment":
      return control.editComment(ACTIONS.editComment.parse(input));
    case "deleteComment":
      return control.deleteComment(ACTIONS.deleteComment.parse(input));
    case "createIssue":
      return control.createIssue(ACTIONS.createIssue.parse(input));
    case "createPull":
      return control.createPull(ACTIONS.createPull.parse(input));
    case "pushToPull":
      return { sha: await control.pushToPull(ACTIONS.pushToPull.parse(input)) };
    case "push":
      return { sha: await control.push(ACTIONS.push.parse(input)) };
    case "addLabel":
      return control.addLabel(ACTIONS.addLabel.parse(input));
    case "removeLabel":
      return control.removeLabel(ACTIONS.removeLabel.parse(input));
    case "setState":
      return control.setState(ACTIONS.setState.parse(input));
    case "setDraft":
      return control.setDraft(ACTIONS.setDraft.parse(input));
    case "edit":
      return control.edit(ACTIONS.edit.parse(input));
    case "review":
      return control.review(ACTIONS.review.parse(input));
    case "merge":
      return { sha: await control.merge(ACTIONS.merge.parse(input)) };
    case "snapshot":
      return control.snapshot(ACTIONS.snapshot.parse(input));
    default:
      return undefined;
  }
}
