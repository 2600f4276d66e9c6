/** The specification's words (velodrome 1.4, 1.5) as plainly as they can be said, at any cost: what the transform is held to. */
import type { CommentRow, EventRow } from "../../../src/velodrome/rows.ts";
import type { Batch } from "../../../src/velodrome/transform/run.ts";

export interface Wanted {
  readonly event: string;
  readonly comments: readonly string[];
  readonly state: readonly string[];
  readonly percentiles: readonly number[];
  readonly noIssues: boolean;
  readonly noPullRequests: boolean;
  readonly ignoreAuthors: readonly string[];
  readonly logAuthor: boolean;
}

interface Said {
  readonly issue: number;
  readonly name: string;
  readonly actor: string | null;
  readonly at: number;
}
type Fields = Record<string, bigint | string>;

const OPPOSITE: Readonly<Record<string, string>> = { opened: "closed", closed: "reopened", reopened: "closed" };
const opposite = (name: string): string | null => {
  if (name.startsWith("labeled:")) return `un${name}`;
  if (name.startsWith("unlabeled:")) return name.slice(2);
  return OPPOSITE[name] ?? null;
};
const LONGEST = 2n ** 63n - 1n;
const nameOf = ({ event, label }: EventRow): string => (event.endsWith("labeled") ? `${event}:${label ?? ""}` : event);

/** Of one atom: since when (null: not), and how often it has changed, told from all that happened to an issue. */
function atomAfter(atom: string, history: readonly Said[]): { active: boolean; start: number | null; changes: number } {
  const inverted = atom.startsWith("!");
  const own = inverted ? atom.slice(1) : atom;
  let awaited: string | null = own;
  let [active, changes] = [inverted, 0];
  let start: number | null = null;
  for (const { name, at } of history) {
    if (name !== awaited) continue;
    awaited = opposite(name);
    active = !active;
    changes += 1;
    if (active) start = at;
  }
  return { active, start, changes };
}

function measure(wanted: Wanted, histories: ReadonlyMap<number, readonly Said[]>, now: number): Fields {
  const ages: bigint[] = [];
  for (const history of histories.values()) {
    const atoms = wanted.state.map((atom) => atomAfter(atom, history));
    if (!atoms.every(({ active }) => active)) continue;
    const starts = atoms.flatMap(({ start }) => (start === null ? [] : [start]));
    ages.push(starts.length === 0 ? LONGEST : BigInt(now - Math.max(...starts)) * 1_000_000_000n);
  }
  ages.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const fields: Fields = { count: BigInt(ages.length), sum: 0n };
  for (const age of ages) fields["sum"] = BigInt(fields["sum"] ?? 0) + age / 60_000_000_000n;
  for (const percent of wanted.percentiles)
    fields[`${percent}%`] = ages[Math.ceil((percent * ages.length) / 100) - 1] ?? 0n;
  return fields;
}

/** Lines of the points, in order. `patterns` says which texts a pattern matches. */
export function naivePoints(
  wanted: Wanted,
  { issues, events, comments }: Batch,
  matches: (pattern: string, body: string) => boolean,
): string[] {
  const ignored = (who: string | null): boolean => who !== null && wanted.ignoreAuthors.includes(who);
  const known = issues.filter(
    ({ is_pr, user }) => !ignored(user ?? "") && !(is_pr ? wanted.noPullRequests : wanted.noIssues),
  );
  const numbers = new Set(known.map(({ number }) => number));
  const openings = known.toSorted((a, b) => a.created - b.created || a.number - b.number);
  const order = (item: EventRow | CommentRow): number[] => [
    item.at,
    "body" in item ? 1 : 0,
    item.id,
    "body" in item && item.review ? 1 : 0,
  ];
  const items = [...events, ...comments]
    .filter((item) => numbers.has(item.issue) && !ignored("body" in item ? (item.user ?? "") : item.actor))
    .sort((a, b) => order(a).reduce((so, key, at) => so || key - (order(b)[at] ?? 0), 0));

  const points = new Map<number, Fields>();
  const emit = (at: number, fields: Fields) => points.set(at, { ...points.get(at), ...fields });
  const histories = new Map<number, Said[]>();
  const count = (said: Said, fields: Fields) =>
    emit(said.at, { ...fields, ...(wanted.logAuthor && said.actor !== null ? { author: said.actor } : {}) });
  const say = (said: Said) => {
    if (wanted.event !== "" && said.name === wanted.event) count(said, { event: 1n });
    const before = histories.get(said.issue) ?? [];
    histories.set(said.issue, [...before, said]);
    const changed = wanted.state.some(
      (atom) => atomAfter(atom, before).changes !== atomAfter(atom, [...before, said]).changes,
    );
    if (changed) emit(said.at, measure(wanted, histories, said.at));
  };
  for (const item of items) {
    if ("body" in item) {
      const said = { issue: item.issue, name: "commented", actor: item.user ?? "", at: item.at };
      if (wanted.event === "commented") count(said, { event: 1n });
      for (const pattern of wanted.comments) if (matches(pattern, item.body)) count(said, { comment: 1n });
      continue;
    }
    while (openings[0] && openings[0].created <= item.at) {
      const [opening] = openings.splice(0, 1);
      if (opening) say({ issue: opening.number, name: "opened", actor: opening.user ?? "", at: opening.created });
    }
    say({ issue: item.issue, name: nameOf(item), actor: item.actor, at: item.at });
  }
  return [...points]
    .sort(([a], [b]) => a - b)
    .map(([at, fields]) => {
      const texts = Object.keys(fields)
        .sort((a, b) => (a < b ? -1 : 1))
        .map((key) => {
          const value = fields[key] ?? 0n;
          return `"${key}": ${typeof value === "bigint" ? value.toString() : JSON.stringify(value)}`;
        });
      return `{"fields": {${texts.join(", ")}}, "tags": {"repository": "acme/widgets"}, "time": ${at}}`;
    });
}
