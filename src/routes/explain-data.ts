/** Simulation for people and programs: what a comment would lead to. Nothing is written, nothing is remembered. */
import * as z from "zod";
import type { Decided } from "../chatops/coalesce.ts";
import { explainComment, LONGEST_COMMENT } from "../chatops/explain.ts";
import { outcomeOf } from "../chatops/handled.ts";
import type { View } from "../chatops/plugin.ts";
import type { PluginRun } from "../chatops/view.ts";
import { createView } from "../chatops/world.ts";
import { currentConfig } from "../config/current.ts";
import type { Env } from "../env.ts";
import { flushUsage, GitHubError, githubClient } from "../github/index.ts";
import { withoutHidden } from "./delivery-data.ts";
import type { Viewer } from "./viewer.ts";
import { canSee } from "./viewer.ts";

export const ExplainRequest = z.object({
  /** `org/repo`. */
  repo: z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, "must be org/repo"),
  number: z.coerce.number().int().min(1).max(999_999_999),
  comment: z.string().min(1, "must say something").max(LONGEST_COMMENT),
  /** Who says it; without it the viewer. */
  as: z
    .string()
    .trim()
    .transform((login) => login.replace(/^@/, ""))
    .pipe(z.string().regex(/^$|^[\w-]{1,60}(\[bot\])?$/, "must be a login"))
    .optional(),
});
export type ExplainRequest = z.infer<typeof ExplainRequest>;

export interface Explanation {
  readonly repository: string;
  readonly number: number;
  readonly as: string;
  readonly comment: string;
  readonly configVersion: string;
  /** One sentence: what would be done, or why nothing. */
  readonly summary: string;
  readonly runs: readonly PluginRun[];
  readonly effects: readonly Decided[];
}

export type Explained =
  | { readonly kind: "explained"; readonly explanation: Explanation }
  | { readonly kind: "not-found" }
  | {
      readonly kind: "refused";
      readonly status: 400 | 401 | 403 | 429 | 503;
      readonly code: string;
      readonly title: string;
      readonly text: string;
    };

const refuse = (status: 400 | 401 | 403 | 429 | 503, code: string, title: string, text: string): Explained => ({
  kind: "refused",
  status,
  code,
  title,
  text,
});

/** Each costs some calls to GitHub. Per login, in one isolate. */
const PER_MINUTE = 20;
const MINUTE_MS = 60_000;
const asked = new Map<string, number[]>();

function tooMany(login: string, now: number): boolean {
  const times = (asked.get(login) ?? []).filter((at) => now - at < MINUTE_MS);
  if (asked.size > 1_000) asked.clear();
  if (times.length >= PER_MINUTE) return true;
  asked.set(login, [...times, now]);
  return false;
}

/** Who is simulated. Only administrators try on another's rights: the answer tells who is a member of what. */
function actorFor(viewer: Viewer, as: string): { readonly login: string } | Explained {
  if (viewer.kind === "anonymous") {
    return refuse(401, "unauthorized", "Sign in first", "To see what a comment would do you need to be signed in.");
  }
  if (viewer.kind === "admin") {
    if (as !== "") return { login: as };
    if (viewer.token !== null) return { login: viewer.login };
    return refuse(
      400,
      "who",
      "Who says it?",
      "Name the login that is to say it (as): the admin token is nobody on GitHub.",
    );
  }
  if (as === "" || as.toLowerCase() === viewer.login.toLowerCase()) return { login: viewer.login };
  return refuse(
    403,
    "forbidden",
    "Only as yourself",
    `${viewer.login}, you can see what your own words would do; only administrators can try on others.`,
  );
}

const unreachable: View["outside"] = ({ path }) =>
  Promise.resolve({ status: 0, contentType: "", length: null, body: "", url: path });

/** Decides on a comment that nobody makes, with the configuration and the state of the world of now. */
export async function explain(env: Env, viewer: Viewer, request: ExplainRequest): Promise<Explained> {
  const [owner = "", name = ""] = request.repo.split("/");
  if (!(await canSee(env, viewer, owner, name))) return { kind: "not-found" };
  const actor = actorFor(viewer, request.as ?? "");
  if ("kind" in actor) return actor;
  const now = Date.now();
  if (viewer.kind !== "admin" && tooMany(actor.login, now)) {
    return refuse(429, "too-many", "Slowly", `At most ${PER_MINUTE} simulations a minute. Please wait a little.`);
  }
  const config = await currentConfig(env, owner, name);
  if (config === null) return refuse(400, "no-config", "Not ours", `No configuration speaks of ${request.repo}.`);
  const guid = crypto.randomUUID();
  try {
    const client = githubClient(env, { owner, repo: name, delivery: guid, consumer: "explain" });
    const { data } = await client.request("GET /repos/{owner}/{repo}", { owner, repo: name });
    const repository = {
      owner: data.owner.login,
      repo: data.name,
      private: data.private,
      defaultBranch: data.default_branch,
    };
    const view = createView(env, { repository, number: request.number, config, guid, now });
    // What trackers tell is for those who can be asked about it afterwards.
    const seen = viewer.kind === "admin" ? view : { ...view, outside: unreachable };
    const { runs, effects, summary } = outcomeOf(await explainComment(seen, request.comment, actor.login), "");
    const explanation: Explanation = {
      repository: data.full_name,
      number: request.number,
      as: actor.login,
      comment: request.comment,
      configVersion: config.version,
      summary,
      runs,
      effects:
        viewer.kind === "admin"
          ? effects
          : effects.map((one) => ({ ...one, effect: withoutHidden(one.effect, config.prow.hidden) })),
    };
    return { kind: "explained", explanation };
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return { kind: "not-found" };
    if (!(error instanceof GitHubError)) throw error;
    return refuse(503, "github", "GitHub does not answer", "GitHub could not be asked just now. Please try again.");
  } finally {
    await flushUsage(env);
  }
}
