/** The options that make the bot quiet: what was decided becomes fewer comments. Call it in the transaction that stores it. */
import type { Decided } from "../src/chatops/coalesce.ts";
import type { Quieting } from "../src/chatops/handled.ts";
import { withoutObsolete } from "../src/chatops/obsolete.ts";
import { NO_SUMMARY, summarise, type Summary } from "../src/chatops/summary.ts";
import { stored } from "../src/store/stored.ts";
import { factOf, putFact } from "./facts.ts";

const SUMMARY = "summary";

/** `delivery`: the GUID or `job:<id>` because of which it was decided. */
export function quieted(
  sql: SqlStorage,
  decided: readonly Decided[],
  { config, events, pull }: Quieting,
  delivery: string,
): readonly Decided[] {
  const { summary_comment, minimize_obsolete } = config.settings.cutwater;
  const effects = summary_comment ? summarised(sql, decided, pull, config, delivery) : decided;
  // Switched off, every plugin keeps its own comment again.
  if (!summary_comment) putFact(sql, SUMMARY, "");
  if (!minimize_obsolete) return effects;
  const rows = sql.exec<{ plugin: string }>("SELECT DISTINCT plugin FROM posted WHERE plugin <> ''").toArray();
  return withoutObsolete(effects, events, new Set(rows.map(({ plugin }) => plugin)));
}

function summarised(
  sql: SqlStorage,
  decided: readonly Decided[],
  pull: Quieting["pull"],
  config: Quieting["config"],
  delivery: string,
): readonly Decided[] {
  const known = factOf(sql, SUMMARY);
  const before = known === "" ? NO_SUMMARY : stored<Summary>(known);
  const { effects, summary } = summarise(before, decided, pull, config, delivery);
  putFact(sql, SUMMARY, JSON.stringify(summary));
  return effects;
}
