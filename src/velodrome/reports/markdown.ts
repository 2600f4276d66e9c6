/** Weekly reports as Markdown, for GitHub and Slack. It mentions nobody and links to our own pages, so that no issue is told. Pure. */
import type { Report, ReportItem, Section } from "./view.ts";

/** GitHub takes 65,536. */
const MOST = 60_000;
const JOINER = "\u200b";

/** Somebody's words as text: no markup, no mention, no reference to an issue or a commit. */
export function plainMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 200)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]()|~!>$]/g, String.raw`\$&`)
    .replaceAll(/[@#]/g, `$&${JOINER}`)
    .replaceAll(/gh-(?=\d)/gi, `$&${JOINER}`)
    .replaceAll(/:\/\/|www\./gi, (found) => `${found.slice(0, 1)}${JOINER}${found.slice(1)}`)
    .replaceAll(/\b[0-9a-f]{7,40}\b/gi, (sha) => `${sha.slice(0, 6)}${JOINER}${sha.slice(6)}`);
}

/** A login, a job or a branch. */
const code = (text: string): string =>
  `\`${text
    .replaceAll(/[`\s]+/g, " ")
    .trim()
    .slice(0, 100)}\``;

interface At {
  readonly publicUrl: string;
  readonly repository: string;
}

const itemLine = ({ number, title, login, note }: ReportItem, { publicUrl, repository }: At): string =>
  `- [${number}](${publicUrl}/pr/${repository}/${number}) ${plainMarkdown(title)} (${code(login)}, ${plainMarkdown(note)})`;

function sectionText({ title, about, facts, items, more }: Section, at: At): string {
  const rest = more > 0 ? [`- and ${more} more`] : [];
  return [
    `### ${title}`,
    "",
    about,
    "",
    "| | |",
    "| --- | --- |",
    ...facts.map(({ name, value }) => `| ${plainMarkdown(name)} | ${plainMarkdown(value)} |`),
    ...(items.length === 0 ? [] : ["", ...items.map((item) => itemLine(item, at)), ...rest]),
  ].join("\n");
}

const day = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** One repository's report. */
export function reportMarkdown(report: Report, publicUrl: string): string {
  const { repository, week, from, to, sections } = report;
  const head = `## ${code(repository)}, week ${week}\n\nFrom ${day(from)} until before ${day(to)} (UTC). [The report](${publicUrl}/velodrome/reports/${week})`;
  return `${[head, ...sections.map((section) => sectionText(section, { publicUrl, repository }))].join("\n\n")}\n`;
}

/** Those of several repositories in one comment; what is too long is left to the page. */
export function reportsMarkdown(reports: readonly Report[], publicUrl: string): string {
  let text = "";
  for (const [at, report] of reports.entries()) {
    const next = `${text}${text === "" ? "" : "\n"}${reportMarkdown(report, publicUrl)}`;
    if (next.length > MOST)
      return `${text}\n${reports.length - at} more: ${publicUrl}/velodrome/reports/${report.week}\n`;
    text = next;
  }
  return text;
}

/** A few lines, for a channel. */
export function reportsBrief(reports: readonly Report[], publicUrl: string): string {
  const lines = reports.slice(0, 30).map(({ repository, sections }) => {
    const facts = sections.slice(0, 2).flatMap((section) => section.facts.slice(0, 1));
    const waiting = sections
      .filter(({ items }) => items.length > 0)
      .map((one) => `${one.title}: ${one.items.length + one.more}`);
    return `${repository}: ${[...facts.map(({ name, value }) => `${name} ${value}`), ...waiting].join("; ")}`;
  });
  const week = reports[0]?.week ?? "";
  return [`Week ${week}: ${publicUrl}/velodrome/reports/${week}`, ...lines].join("\n");
}
