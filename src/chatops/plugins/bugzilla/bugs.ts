/** Bugs as Bugzilla's REST interface tells of them, and the writes that change them (spec chatops 2.39). */
import * as z from "zod";
import type { BugState } from "../../../config/plugin-settings.ts";
import type { JsonObject } from "../../../config/model.ts";
import type { Effect } from "../../effects.ts";
import type { View } from "../../plugin.ts";
import type { Outside } from "../../reads.ts";
import { trackerUrl } from "../../tracker.ts";
import { jsonOf } from "../fun.ts";

const SERVICE = "bugzilla";
const GITHUB = "https://github.com/";

const Ids = z.array(z.int().positive()).catch([]);
const Words = z.array(z.string()).catch([]);
const Word = z.string().catch("");

const Bug = z.object({
  id: z.int().positive(),
  summary: Word,
  status: Word,
  resolution: Word,
  is_open: z.boolean().catch(false),
  severity: Word,
  /** Red Hat's; shown as one, told as a list. */
  target_release: z.union([z.array(z.string()), z.string().transform((one) => [one])]).catch([]),
  groups: Words,
  depends_on: Ids,
  blocks: Ids,
  qa_contact_detail: z.object({ email: Word }).nullish().catch(null),
  url: Word,
  assigned_to: Word,
  cc: Words,
  component: z.union([z.string(), z.array(z.string())]).catch(""),
  keywords: Words,
  op_sys: Word,
  platform: Word,
  priority: Word,
  product: Word,
  qa_contact: Word,
  target_milestone: Word,
  version: z.union([z.string(), z.array(z.string())]).catch(""),
  whiteboard: Word,
  flags: z.array(z.object({ name: z.string(), status: z.string(), requestee: z.string().optional() })).catch([]),
});
export type Bug = z.infer<typeof Bug>;

/** A pull request that a bug refers to. */
export interface LinkedPull {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

/** What Bugzilla says, and where people find it. `why` when it says nothing useful: `missing` when there is no such bug. */
export type Answer<T> = { readonly found: T; readonly url: string } | { readonly why: string };

export const isFound = <T>(answer: Answer<T>): answer is { readonly found: T; readonly url: string } =>
  "found" in answer;

async function get(view: View, path: string): Promise<{ outside: Outside; url: string }> {
  const outside = await view.outside({ service: SERVICE, method: "GET", path });
  return { outside, url: trackerUrl(outside, path) };
}

const Failure = z.object({ message: z.string() });

/** Why there is no answer, without anything that a server may put into a page. */
function failure({ status, body }: Outside): string {
  if (status === 0) return "it cannot be reached, or the setting SERVICES does not name it";
  let said: unknown = null;
  try {
    said = JSON.parse(body);
  } catch {
    // A page for people.
  }
  const { data } = Failure.safeParse(said);
  return data ? `${status}: ${data.message.slice(0, 300)}` : `it answers ${status}`;
}

async function bugsAt<T>(view: View, path: string, schema: z.ZodType<T>): Promise<Answer<readonly T[]>> {
  const { outside, url } = await get(view, path);
  if (outside.status === 404) return { why: "missing" };
  const parsed = z.object({ bugs: z.array(schema) }).safeParse(jsonOf(outside));
  return parsed.success ? { found: parsed.data.bugs, url } : { why: failure(outside) };
}

export async function bug(view: View, id: number): Promise<Answer<Bug>> {
  const answer = await bugsAt(view, `/rest/bug/${id}?include_fields=_default,flags`, Bug);
  if (!isFound(answer)) return answer;
  const [found] = answer.found;
  return found ? { ...answer, found } : { why: "missing" };
}

/** Several at once; those that nobody may see are not among them. */
export async function bugs(view: View, ids: readonly number[]): Promise<Answer<readonly Bug[]>> {
  if (ids.length === 0) return { found: [], url: "" };
  return await bugsAt(view, `/rest/bug?id=${ids.slice(0, 100).join(",")}`, Bug);
}

/** Bugs whose field URL is this address. */
export async function bugsAbout(view: View, address: string): Promise<Answer<readonly Bug[]>> {
  const answer = await bugsAt(view, aboutPath(address), Bug);
  if (!isFound(answer)) return answer;
  return { ...answer, found: answer.found.filter(({ url }) => url === address) };
}

const aboutPath = (address: string): string => `/rest/bug?url=${encodeURIComponent(address)}`;

const External = z.object({
  bug_id: z.int(),
  ext_bz_bug_id: z.string(),
  type: z.object({ url: z.string() }),
});

/** Pull requests that a bug's external trackers name. */
export async function linkedPulls(view: View, id: number): Promise<Answer<readonly LinkedPull[]>> {
  const Linked = z.object({ external_bugs: z.array(External).default([]) });
  const answer = await bugsAt(view, `/rest/bug/${id}?include_fields=external_bugs`, Linked);
  if (!isFound(answer)) return answer;
  const all = answer.found.flatMap(({ external_bugs }) => external_bugs);
  const found = all.flatMap(({ bug_id, ext_bz_bug_id, type }) => {
    const [, owner, repo, number] =
      /^([^/]+)\/([^/]+)\/pull\/(\d{1,10})(?:\/(?:files\/?)?)?$/.exec(ext_bz_bug_id) ?? [];
    if (bug_id !== id || type.url !== GITHUB || !owner || !repo) return [];
    return [{ owner, repo, number: Number(number) }];
  });
  return { found, url: answer.url };
}

const Comments = z.object({
  bugs: z.record(
    z.string(),
    z.object({
      comments: z.array(z.object({ text: Word, creator: Word, time: Word, is_private: z.boolean().catch(false) })),
    }),
  ),
});
const SubComponents = z.object({ sub_components: z.record(z.string(), z.array(z.string())).catch({}) });
/** Bugzilla's own limit of a comment. */
const DESCRIPTION_CHARACTERS = 65_535;

/** The fields of a new bug that is a copy of another, made for a pull request. */
export async function copyOf(view: View, { id, ...from }: Bug, address: string): Promise<Answer<JsonObject>> {
  const { outside, url } = await get(view, `/rest/bug/${id}/comment`);
  const told = Comments.safeParse(jsonOf(outside));
  if (!told.success) return { why: failure(outside) };
  const comments = told.data.bugs[String(id)]?.comments ?? [];
  const parts = await bugsAt(view, `/rest/bug/${id}?include_fields=sub_components`, SubComponents);
  const sub = isFound(parts) ? (parts.found[0]?.sub_components ?? {}) : {};
  const texts = comments.map(({ text, creator, time }, nth) =>
    nth === 0 ? text : `--- Additional comment from ${creator} on ${time} ---\n\n${text}`,
  );
  const description = [`+++ This bug was initially created as a clone of Bug #${id} +++`, ...texts].join("\n\n");
  const { assigned_to, cc, component, groups, keywords, op_sys, platform, priority, product, qa_contact } = from;
  const fields: JsonObject = { assigned_to, cc, component, groups, keywords, op_sys, platform, priority, product };
  const { severity, summary, target_milestone, version } = from;
  const flags = from.flags.map(({ name, status, requestee = "" }) => ({ name, status, requestee }));
  Object.assign(fields, { qa_contact, severity, summary, target_milestone, version, flags });
  const said = Object.entries(fields).filter(([, value]) => value !== "");
  const found: JsonObject = {
    ...Object.fromEntries(said),
    description:
      description.length > DESCRIPTION_CHARACTERS
        ? `${description.slice(0, DESCRIPTION_CHARACTERS - 3)}...`
        : description,
    ...(comments.some((comment) => comment.is_private) ? { comment_is_private: true } : {}),
    ...(Object.keys(sub).length > 0 ? { sub_components: sub } : {}),
    url: address,
  };
  return { found, url };
}

export type Write = Extract<Effect, { kind: "callService" }>;

/** A new bug for an address: looked for before it is asked for again. */
export const create = (fields: JsonObject, address: string): Write => ({
  kind: "callService",
  service: SERVICE,
  method: "POST",
  path: "/rest/bug",
  body: fields,
  unless: { path: aboutPath(address), contains: address },
});

export const change = (id: number, changes: JsonObject): Write => ({
  kind: "callService",
  service: SERVICE,
  method: "PUT",
  path: `/rest/bug/${id}`,
  body: changes,
});

/** What moves a bug into a state; null when it is there. */
export function moved(state: BugState | null, from: Bug | null): JsonObject | null {
  if (!state) return null;
  const changes: Record<string, string> = {};
  if (state.status !== "" && state.status !== from?.status) changes["status"] = state.status;
  if (state.resolution !== "" && state.resolution !== from?.resolution) changes["resolution"] = state.resolution;
  return Object.keys(changes).length > 0 ? changes : null;
}

/** Adds a pull request to a bug's external trackers, or takes it away. Once more changes nothing. */
export function link(verb: "add" | "remove", id: number, { owner, repo, number }: LinkedPull): Write {
  const pull = { ext_type_url: GITHUB, ext_bz_bug_id: `${owner}/${repo}/pull/${number}` };
  const params = verb === "add" ? { bug_ids: [id], external_bugs: [pull] } : { bug_ids: [id], ...pull };
  const body = { jsonrpc: "1.0", method: `ExternalBugs.${verb}_external_bug`, params: [params], id: "identifier" };
  return { kind: "callService", service: SERVICE, method: "POST", path: "/jsonrpc.cgi", body };
}
