/** Once a week every mirrored repository's report, made and posted (issue: exactly once, whatever is repeated). */
import type { Effect } from "../../chatops/effects.ts";
import { type Env, settings } from "../../env.ts";
import { reportsOf, savePosted, saveReport, wasPosted } from "../../store/reports.ts";
import { stored } from "../../store/stored.ts";
import { mirroredRepositories } from "../mirror/mirrored.ts";
import { type Destination, destinationsOf, isFor } from "./destinations.ts";
import { reportsBrief, reportsMarkdown } from "./markdown.ts";
import { readWeek } from "./read.ts";
import { weeklyReport } from "./report.ts";
import type { Report } from "./view.ts";
import { type Week, weekAt } from "./week.ts";

/** After this a report is made of what there is, and reports are posted without those that are missing. */
const PATIENCE_S = 24 * 3600;

/** Makes a report and keeps it. `now`: unix seconds. */
export async function makeReport(env: Env, repository: string, week: Week, now: number): Promise<Report> {
  const report = weeklyReport(await readWeek(env.DB, repository, week, now));
  const final = now >= week.to ? 1 : 0;
  await saveReport(env.DB, { repository, week: week.name, body: JSON.stringify(report), final, madeAt: now });
  return report;
}

/** One report that is missing of the week that ended, or else the posting of all. `scheduledTime`: milliseconds. */
export async function weeklyReports(env: Env, scheduledTime: number): Promise<void> {
  const now = Math.floor(scheduledTime / 1000);
  const week = weekAt(weekAt(now).from - 1);
  const names = await mirroredRepositories(env);
  if (names.length === 0) return;
  const known = (await reportsOf(env.DB, week.name, names)).filter(({ final }) => final === 1);
  const patient = now < week.to + PATIENCE_S;
  const missing = names.filter((name) => !known.some(({ repository }) => repository === name));
  const ready = patient ? await measured(env.DB, missing, week.to) : missing;
  const next = missing.find((name) => ready.includes(name));
  if (next !== undefined) {
    await makeReport(env, next, week, now);
    if (missing.length > 1) return;
  } else if (missing.length > 0 && patient) return;
  const reports = (await reportsOf(env.DB, week.name, names)).map(({ body }) => stored<Report>(body));
  for (const destination of destinationsOf(settings(env).REPORTS) ?? [])
    await post(env, destination, week.name, reports);
}

/** Repositories whose measures are beyond a moment. */
async function measured(db: D1Database, names: readonly string[], until: number): Promise<readonly string[]> {
  const { results } = await db
    .prepare("SELECT repository FROM measure_run WHERE until >= ? AND repository IN (SELECT value FROM json_each(?))")
    .bind(until, JSON.stringify(names))
    .all<{ repository: string }>();
  return results.map(({ repository }) => repository);
}

async function post(env: Env, destination: Destination, week: string, all: readonly Report[]): Promise<void> {
  const { name, about } = destination;
  if (await wasPosted(env.DB, week, name)) return;
  const open = await publicOnes(
    env.DB,
    all.map(({ repository }) => repository),
  );
  const reports = all.filter(({ repository }) => isFor(destination, repository, open.has(repository)));
  const [first] = reports;
  if (first !== undefined) {
    const { PUBLIC_URL } = settings(env);
    const delivery = `report-${week}-${name}`;
    if (destination.kind === "issue") {
      const effect: Effect = { kind: "comment", body: reportsMarkdown(reports, PUBLIC_URL) };
      await env.CONVERSATION.getByName(destination.issue).enqueue(delivery, "report", [effect]);
    } else {
      const effect: Effect = { kind: "slack", channel: destination.channel, text: reportsBrief(reports, PUBLIC_URL) };
      await env.REPOSITORY.getByName(about ?? first.repository).enqueue(delivery, "report", [effect]);
    }
  }
  await savePosted(env.DB, week, name);
}

/** What is not known counts as private. */
async function publicOnes(db: D1Database, names: readonly string[]): Promise<ReadonlySet<string>> {
  const { results } = await db
    .prepare(
      "SELECT full_name AS name FROM repository WHERE private = 0 AND full_name IN (SELECT value FROM json_each(?))",
    )
    .bind(JSON.stringify(names))
    .all<{ name: string }>();
  return new Set(results.map(({ name }) => name));
}
