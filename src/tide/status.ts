/** The `tide` status of a pull request: whether it is in the pool, and what it waits for (spec jobs 5.9). */
import type { StatusState } from "../chatops/effects.ts";
import type { Assessment } from "./assess.ts";
import { blockersOf } from "./assess.ts";
import { forbidden } from "./admit.ts";
import type { Candidate, Pool, Wait } from "./model.ts";

export interface TideStatus {
  readonly state: StatusState;
  /** At most 140 characters. */
  readonly description: string;
  readonly targetUrl: string;
}

/** What a status says, and by what it differs from another: estimates alone are no reason to write it anew. */
export interface ExpectedStatus {
  readonly status: TideStatus;
  readonly core: string;
}

const MOST = 140;
const cut = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST - 3)}...` : text);

/** Where it says more: the configured address, or the pull request dashboard's with a query for this one. */
function targetOf({ settings, org, repo }: Pool, { facts }: Candidate): string {
  if (settings.targetUrl !== "") return settings.targetUrl;
  if (settings.prStatusBaseUrl === "") return "";
  const author = facts.authorIsBot ? `app/${facts.author.replace(/\[bot\]$/, "")}` : facts.author;
  const query = `is:pr repo:${org}/${repo} author:${author} head:${facts.headRef}`;
  const separator = settings.prStatusBaseUrl.includes("?") ? "&" : "?";
  return `${settings.prStatusBaseUrl}${separator}query=${encodeURIComponent(query)}`;
}

/** The texts of the original, since people and tools match them. */
function said(
  pool: Pool,
  candidate: Candidate,
  { admissions, results }: Assessment,
  wait: Wait,
): Omit<TideStatus, "targetUrl"> {
  const error = (text: string) => ({ state: "error", description: cut(`Not mergeable. ${text}`) }) as const;
  const why = forbidden(candidate, pool);
  if (why && why.code !== "merge-queue")
    return error(why.text.endsWith(".") ? why.text : `${why.text}.`.replace(/\.\.$/, "."));
  if (why) return { state: "pending", description: cut(why.text) };
  if (candidate.fault !== "") return error(candidate.fault);
  const blockers = blockersOf(pool);
  if (blockers.length > 0) {
    const numbers = blockers.map(({ number }) => number).join(", ");
    return error(`Merging is blocked by issue${blockers.length > 1 ? "s" : ""} ${numbers}.`);
  }
  const admission = admissions.get(candidate);
  if (wait.code === "paused" || wait.code === "frozen") return { state: "pending", description: cut(wait.text) };
  if (!admission?.inPool) return { state: "pending", description: cut(`Not mergeable. ${wait.text}`) };
  const result = results.find((one) => one.candidate === candidate);
  const open = [...(result?.missing ?? []), ...(result?.pending ?? [])].map(({ context }) => context).toSorted();
  if (open.length > 0) {
    const named = `Not mergeable. Retesting: ${open.join(" ")}`;
    return {
      state: "pending",
      description: named.length > MOST ? `Not mergeable. Retesting ${open.length} jobs.` : named,
    };
  }
  const blocked = pool.settings.blocksPolicy === "permit" && candidate.facts.mergeState === "BLOCKED";
  return { state: "success", description: blocked ? "In merge pool (despite BLOCKED)." : "In merge pool." };
}

/** Behind the text its place in line, where there is room and where it moves at all. */
export function expectedStatus(pool: Pool, candidate: Candidate, assessment: Assessment, wait: Wait): ExpectedStatus {
  const { state, description } = said(pool, candidate, assessment, wait);
  const targetUrl = targetOf(pool, candidate);
  const place = pool.settings.placeInStatus && state !== "error" ? placeText(wait) : "";
  const core = JSON.stringify([state, description, place, targetUrl]);
  const full = [place, place === "" ? "" : expectedText(wait)].filter((part) => part !== "").join(", ");
  const behind = [full, place].find((text) => text !== "" && `${description} (${text})`.length <= MOST);
  return { core, status: { state, description: behind ? `${description} (${behind})` : description, targetUrl } };
}

/** Few, since each step up a group is a status written: a handful for each pull request, not one for each merge before it. */
const GROUPS = [5, 20, 100];

function placeText({ place, code }: Wait): string {
  if (place === null || code === "merging" || code === "ready" || code === "paused" || code === "frozen") return "";
  if (place === 1) return "next in line";
  const group = GROUPS.find((size) => place <= size);
  return group === undefined ? "in line" : `among the first ${group} in line`;
}

const MINUTES = [1, 5, 10, 15, 20, 30, 45];
const HOURS = [1, 2, 3, 4, 6, 8, 12, 24];

function expectedText({ expectedMs }: Wait): string {
  if (expectedMs === null || expectedMs <= 0) return "";
  const minutes = expectedMs / 60_000;
  const within = MINUTES.find((most) => minutes <= most);
  if (within !== undefined) return `within ${within} min`;
  const hours = HOURS.find((most) => minutes <= most * 60);
  return hours === undefined ? "" : `within ${hours} h`;
}
