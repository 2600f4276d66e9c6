/** The weekly report of a repository (issue: merges, latency, flakes, queue, who needs help). Pure. */
import { MOST_PULLS, type ReportPull, type ReportRun, waitsSince, type WeekData } from "./data.ts";
import type { Report, ReportItem, Section } from "./view.ts";

const DAY = 86_400;
const SHOWN = 10;
/** After so long without a word of anybody else a pull request waits. */
const WAITS_S = 3 * DAY;
/** It is up to the author, or to the release. */
const NOT_OURS = /^(?:do-not-merge|needs-rebase$|lifecycle\/(?:stale|rotten|frozen)$)/;

export function weeklyReport(data: WeekData): Report {
  const { repository, week, at } = data;
  const sections = [merges(data), latency(data), queue(data), flakes(data), failures(data), ...help(data)];
  return { repository, week: week.name, from: week.from, to: week.to, madeAt: at, sections };
}

const section = (
  title: string,
  about: string,
  facts: readonly (readonly [string, string | number])[],
  items: readonly ReportItem[] = [],
): Section => ({
  title,
  about,
  facts: facts.map(([name, value]) => ({ name, value: String(value) })),
  items: items.slice(0, SHOWN),
  more: Math.max(0, items.length - SHOWN),
});

const atLeast = (n: number, most: number): string => (n < most ? String(n) : `${n} or more`);

function merges({ merged, opened, open }: WeekData): Section {
  const people = merged.filter(({ bot }) => bot === 0);
  return section("Merges", "Pull requests of the week; bots' are among them where nothing else is said.", [
    ["merged", atLeast(merged.length, MOST_PULLS)],
    ["of bots", merged.length - people.length],
    ["authors, without bots", new Set(people.map(({ author }) => author)).size],
    ["opened", atLeast(opened.length, MOST_PULLS)],
    ["open now", open.length],
    ["drafts among them", open.filter(({ draft }) => draft === 1).length],
  ]);
}

/** Nearest rank. */
const percentile = (sorted: readonly number[], percent: number): string => {
  const value = sorted[Math.ceil((percent / 100) * sorted.length) - 1];
  return value === undefined ? "none" : duration(value);
};

function latency({ merged, opened }: WeekData): Section {
  const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);
  const ours = opened.filter(({ bot }) => bot === 0);
  const merging = ascending(
    merged.flatMap(({ bot, opened: from, merged: at }) => (bot === 1 || at === null ? [] : [Math.max(0, at - from)])),
  );
  const answered = ascending(
    ours.flatMap(({ opened: from, response }) => (response === null ? [] : [response - from])),
  );
  return section(
    "Latency",
    "From opening to merge, of those that were merged in the week; and to the first word of somebody else, of those that were opened in it. Without bots.",
    [
      ["opening to merge, median", percentile(merging, 50)],
      ["opening to merge, 85 of 100 within", percentile(merging, 85)],
      ["first response, median", percentile(answered, 50)],
      ["first response, 85 of 100 within", percentile(answered, 85)],
      ["opened and not answered yet", ours.length - answered.length],
    ],
  );
}

function queue({ queues }: WeekData): Section {
  return section(
    "Merge queue",
    "Pull requests that fulfil all but tests or their turn, by branch, when this report was made.",
    queues.length === 0
      ? [["waiting", "none"]]
      : queues.map(({ branch, waiting, held }) => [branch, held === "" ? waiting : `${waiting} (${held})`]),
  );
}

function flakes({ runs, merged }: WeekData): Section {
  const presubmits = runs.filter(({ presubmit, sha }) => presubmit === 1 && sha !== "");
  const commits = Map.groupBy(presubmits, ({ job, sha }) => `${sha} ${job}`);
  const flaky = [...commits.values()].filter(
    (some) => some.some(({ state }) => state === "success") && some.some(({ state }) => state === "failure"),
  );
  const jobs = [...Map.groupBy(flaky, ([run]) => run?.job ?? "")].map(([job, some]) => [job, some.length] as const);
  return section(
    "Flakes",
    "Commits of pull requests on which a job failed and passed in the week, and the jobs with most of them.",
    [
      ["commits with a flake", new Set(flaky.map(([run]) => run?.sha)).size],
      ["commits tested", new Set(presubmits.map(({ sha }) => sha)).size],
      ["tests asked for again without a change, before merging", merged.reduce((sum, { flaky: n }) => sum + n, 0)],
      ...most(jobs),
    ],
  );
}

const most = (counts: readonly (readonly [string, number])[]) =>
  counts.toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, 5);

const failed = ({ state }: ReportRun): boolean => state !== "success";

function failures({ runs }: WeekData): Section {
  const jobs = [...Map.groupBy(runs, ({ job }) => job)].map(
    ([job, some]) => [job, some.filter(failed).length, some.length] as const,
  );
  const bad = jobs.filter(([, n]) => n > 0).toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return section("Failed jobs", "Runs that failed or could not run, among those that came to an end.", [
    ["failed", runs.filter(failed).length],
    ["ended", runs.length],
    ...bad.slice(0, 5).map(([job, n, all]) => [job, `${n} of ${all}`] as const),
  ]);
}

function help(data: WeekData): readonly Section[] {
  const { open, at, titles, newcomers, silent } = data;
  const item = ({ number, author }: Pick<ReportPull, "number" | "author">, note: string): ReportItem => ({
    number,
    title: titles[String(number)] ?? "",
    login: author,
    note,
  });
  const waiting = open
    .filter(({ bot, draft, labels }) => bot === 0 && draft === 0 && !labels.some((label) => NOT_OURS.test(label)))
    .toSorted((a, b) => waitsSince(a) - waitsSince(b));
  const known = waiting.filter(({ number }) => titles[String(number)] !== undefined);
  const long = known.filter((pull) => at - waitsSince(pull) >= WAITS_S);
  const fresh = new Set(newcomers);
  const first = known.filter(({ author }) => fresh.has(author));
  const asked = silent.filter(({ week }) => at - week >= 7 * DAY);
  const authors = new Map(open.map((pull) => [pull.number, pull]));
  return [
    section(
      "Waiting longest",
      "Open pull requests on which nobody but their author has said anything for three days or more, the longest first; no drafts, none that must be rebased or is held.",
      [["waiting", waiting.filter((pull) => at - waitsSince(pull) >= WAITS_S).length]],
      long.map((pull) =>
        item(pull, `for ${duration(at - waitsSince(pull))}${pull.response === null ? ", never answered" : ""}`),
      ),
    ),
    section(
      "New contributors who wait",
      "Open pull requests of people of whom nothing was merged here yet.",
      [["waiting", first.length]],
      first.map((pull) =>
        item(
          pull,
          pull.response === null
            ? `not answered for ${duration(at - pull.opened)}`
            : `since ${duration(at - waitsSince(pull))}`,
        ),
      ),
    ),
    section(
      "Reviewers who were asked and are silent",
      "Of the pull requests that wait longest: who was asked for a review more than a week ago and has not said anything there since.",
      [["requests", asked.length]],
      asked.flatMap(({ number, person, week }) => {
        const pull = authors.get(number);
        return pull === undefined ? [] : [{ ...item(pull, `asked in the week of ${day(week)}`), login: person }];
      }),
    ),
  ];
}

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** `3 d 4 h`, `5 h 10 min`, `12 min`. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}
