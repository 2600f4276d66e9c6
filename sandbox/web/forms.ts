/** What the buttons of a page do. Each is what GitHub would let the acting user do, and nothing more. */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { atLeast, permissionOf } from "../access.ts";
import { ApiError } from "../errors.ts";
import type { Issue, Permission, Repo } from "../state/model.ts";
import { createComment, deleteComment, editComment, findComment } from "../verbs/comments.ts";
import { addLabels, assign, createIssue, editIssue, removeLabel, setState } from "../verbs/issues.ts";
import { createPull, mergePull, setDraft } from "../verbs/pulls.ts";
import { commitTo, ensureFork } from "../verbs/repos.ts";
import { submitReview } from "../verbs/reviews.ts";
import { type Actor, isPull, type PullIssue, type World } from "../world.ts";
import { actorOf, repoOf } from "./context.ts";
import { pathOf } from "./thread.ts";

interface Act {
  readonly world: World;
  readonly repo: Repo;
  readonly issue: Issue;
  readonly actor: Actor;
  readonly form: unknown;
}

/** Browsers send line breaks as CRLF, and so does GitHub: comments keep them. Files do not. */
const unix = (text: string): string => text.replaceAll("\r\n", "\n");
const text = z.string().trim().min(1);

function need(act: Act, permission: Permission): void {
  if (!atLeast(permissionOf(act.world, act.repo, act.actor.account.login), permission))
    throw ApiError.forbidden(`${act.actor.account.login} needs ${permission} access here for that.`);
}

const ownOr = (act: Act, permission: Permission): void => {
  if (act.issue.user !== act.actor.account.login) need(act, permission);
};

function pull(act: Act): PullIssue {
  if (!isPull(act.issue)) throw ApiError.notFound();
  return act.issue;
}

function ownComment(act: Act, id: number): void {
  if (findComment(act.repo, id).comment.user !== act.actor.account.login) need(act, "write");
}

const said = z.object({ body: z.string().default("") });

function toggle(act: Act, state: "open" | "closed"): void {
  ownOr(act, "triage");
  const { body } = said.parse(act.form);
  if (body.trim()) createComment(act.world, act.repo, act.issue, act.actor, body);
  setState(act.world, act.repo, act.issue, act.actor, state);
}

async function push(act: Act): Promise<void> {
  const { path, content, message } = z.object({ path: text, content: z.string(), message: text }).parse(act.form);
  const { head } = pull(act).pull;
  const source = act.world.mustRepo(head.repo);
  if (
    act.issue.user !== act.actor.account.login &&
    !atLeast(permissionOf(act.world, source, act.actor.account.login), "write")
  )
    throw ApiError.forbidden("Only who may push to the branch can do that.");
  const body = unix(content);
  await commitTo(act.world, source, act.actor, {
    branch: head.ref,
    files: { [path]: body.endsWith("\n") ? body : `${body}\n` },
    message,
  });
}

const ACTS: Readonly<Record<string, (act: Act) => void | Promise<unknown>>> = {
  comment: (act) => void createComment(act.world, act.repo, act.issue, act.actor, said.parse(act.form).body),
  "edit-comment": (act) => {
    const { id, body } = z.object({ id: z.coerce.number(), body: z.string() }).parse(act.form);
    ownComment(act, id);
    editComment(act.world, act.repo, id, act.actor, body);
  },
  "delete-comment": (act) => {
    const { id } = z.object({ id: z.coerce.number() }).parse(act.form);
    ownComment(act, id);
    deleteComment(act.world, act.repo, id, act.actor);
  },
  close: (act) => toggle(act, "closed"),
  reopen: (act) => toggle(act, "open"),
  edit: (act) => {
    ownOr(act, "triage");
    editIssue(act.world, act.repo, act.issue, act.actor, z.object({ title: text, body: z.string() }).parse(act.form));
  },
  label: (act) => {
    need(act, "triage");
    const { label } = z.object({ label: z.string() }).parse(act.form);
    if (label) addLabels(act.world, act.repo, act.issue, act.actor, [label]);
  },
  unlabel: (act) => {
    need(act, "triage");
    removeLabel(act.world, act.repo, act.issue, act.actor, z.object({ label: text }).parse(act.form).label);
  },
  assign: (act) => {
    need(act, "triage");
    assign(act.world, act.repo, act.issue, act.actor, [z.object({ login: z.string() }).parse(act.form).login]);
  },
  draft: (act) => {
    ownOr(act, "write");
    setDraft(act.world, act.repo, pull(act), act.actor, true);
  },
  ready: (act) => {
    ownOr(act, "write");
    setDraft(act.world, act.repo, pull(act), act.actor, false);
  },
  push,
  review: (act) => {
    const verdicts = z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]);
    const input = z.object({ verdict: verdicts, body: z.string() }).parse(act.form);
    submitReview(act.world, act.repo, pull(act), act.actor, input);
  },
  merge: (act) => {
    need(act, "write");
    return mergePull(act.world, act.repo, pull(act), act.actor, { method: "merge" });
  },
};

async function open(world: World, context: Context, kind: string): Promise<string> {
  const repo = repoOf(world, context);
  const actor = actorOf(world, context);
  const form: unknown = await context.req.parseBody();
  const { title, body } = z.object({ title: text, body: z.string().default("") }).parse(form);
  if (kind === "issues") return pathOf(repo, createIssue(world, repo, actor, { title, body: body || null }));
  const change = z.object({ path: text, content: z.string(), draft: z.string().optional() }).parse(form);
  const { login } = actor.account;
  const source = atLeast(permissionOf(world, repo, login), "write") ? repo : await ensureFork(world, repo, login);
  const ref = `patch-${world.id()}`;
  await commitTo(world, source, actor, {
    branch: ref,
    files: { [change.path]: `${unix(change.content).trimEnd()}\n` },
    message: title,
  });
  const input = {
    title,
    body: body || null,
    base: repo.defaultBranch,
    head: { repo: source, ref },
    draft: change.draft === "yes",
  };
  return pathOf(repo, await createPull(world, repo, actor, input));
}

/** Adds the routes that forms post to. */
export function formRoutes(app: Hono, world: World): void {
  app.post("/:owner/:name/:kind{issues|pulls}/new", async (context) =>
    context.redirect(await open(world, context, context.req.param("kind")), 303),
  );
  app.post("/:owner/:name/:kind{issues|pull}/:number/:act", async (context) => {
    const run = ACTS[context.req.param("act")];
    if (!run) throw ApiError.notFound();
    const repo = repoOf(world, context);
    const issue = world.issue(repo, context.req.param("number"));
    const form: unknown = await context.req.parseBody();
    await run({ world, repo, issue, actor: actorOf(world, context), form });
    return context.redirect(pathOf(repo, issue), 303);
  });
}
