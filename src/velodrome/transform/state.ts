/** The state plugin (spec velodrome 1.5): how many issues are in a state, and for how long they have been. */
import { Ages, ANCIENT } from "./ages.ts";
import { type Description, matches, opposite, parseDescription } from "./description.ts";
import { pair } from "./filters.ts";
import { integers, packNumbers, unpackNumbers } from "./numbers.ts";
import { NO_POINTS, NO_TAGS, nothing, type Plugin, type Point } from "./plugin.ts";

/** A two-state machine. What it waits for goes through three phases: the event, its opposite, the opposite of that. */
export interface Atom {
  readonly phases: readonly [Description, Description, Description];
  /** Of `!atom`: active until the event. */
  readonly inverted: boolean;
}

/** Atoms of a state, split at commas and trimmed; none for an empty text. Throws what {@link parseDescription} does. */
export function parseState(text: string): Atom[] {
  if (text === "") return [];
  return text.split(",").map((part) => {
    const name = part.trim();
    const inverted = name.startsWith("!");
    const first = parseDescription(inverted ? name.slice(1) : name);
    const second = opposite(first);
    return { phases: [first, second, opposite(second)], inverted };
  });
}

/** Where one issue is in each atom. */
export interface IssueState {
  readonly phases: number[];
  /** When each atom became active; {@link ANCIENT} for one that always was. Says nothing of inactive ones. */
  readonly starts: number[];
}

export const initialState = (atoms: readonly Atom[]): IssueState => ({
  phases: atoms.map(() => 0),
  starts: atoms.map(({ inverted }) => (inverted ? ANCIENT : 0)),
});

/** An atom is active in its odd phase, an inverted one in the even ones. */
const activeIn = (phase: number, inverted: boolean): boolean => (phase === 1) !== inverted;

/** When the issue came into the state: the latest start; null while it is not in it. */
export function since(atoms: readonly Atom[], { phases, starts }: IssueState): number | null {
  let latest: number | null = null;
  for (const [at, atom] of atoms.entries()) {
    if (!activeIn(phases[at] ?? 0, atom.inverted)) return null;
    latest = Math.max(latest ?? ANCIENT, starts[at] ?? 0);
  }
  return latest;
}

/** Tells every atom; whether any of them changed. */
export function receive(
  atoms: readonly Atom[],
  state: IssueState,
  { event, label, at }: { readonly event: string; readonly label: string | null; readonly at: number },
): boolean {
  let changed = false;
  for (const [index, { phases, inverted }] of atoms.entries()) {
    const phase = state.phases[index] ?? 0;
    const awaited = phases[phase];
    if (!awaited || !matches(awaited, event, label)) continue;
    const next = phase === 1 ? 2 : 1;
    state.phases[index] = next;
    state.starts[index] = activeIn(next, inverted) ? at : 0;
    changed = true;
  }
  return changed;
}

/** One digit for each atom of each issue. Throws for anything else. */
function digits(saved: unknown): string {
  if (typeof saved === "string" && /^[012]*$/.test(saved)) return saved;
  throw new TypeError("Not the saved phases of a state");
}

/** Emits a point whenever an atom of any issue changes. Percentiles are whole numbers from 1 to 100. */
export function statePlugin(atoms: readonly Atom[], percentiles: readonly number[]): Plugin {
  const states = new Map<number, IssueState>();
  const ages = new Ages();
  const initially = atoms.length > 0 && atoms.every(({ inverted }) => inverted);
  /** Only what some atom may ever wait for can change anything: nothing follows on "never". */
  const heard = new Set<string>();
  for (const { phases } of atoms)
    for (const { kind } of phases) {
      if (kind === "never") break;
      heard.add(kind);
    }
  const measured = (at: number): Point => ({
    at,
    tags: NO_TAGS,
    fields: {
      count: ages.count,
      sum: ages.sumMinutes(at),
      ...Object.fromEntries(percentiles.map((percent) => [`${percent}%`, ages.percentile(percent, at)])),
    },
  });
  return {
    issue: nothing,
    event(row) {
      if (!initially && !heard.has(row.event)) return NO_POINTS;
      const known = states.get(row.issue);
      const state = known ?? initialState(atoms);
      const was = known || initially ? since(atoms, state) : null;
      const changed = receive(atoms, state, row);
      if (!known && (changed || initially)) states.set(row.issue, state);
      if (!known && was !== null) ages.add(row.issue, was);
      if (!changed) return NO_POINTS;
      const now = since(atoms, state);
      if (was !== now) {
        if (was !== null) ages.remove(row.issue);
        if (now !== null) ages.add(row.issue, now);
      }
      return [measured(row.at)];
    },
    comment: nothing,
    measure: (at) => ({
      points: NO_POINTS,
      fields: {
        "in-state": ages.count,
        "age-sum": ages.sumSeconds(at),
        ...Object.fromEntries(percentiles.map((percent) => [`age-${percent}`, ages.percentileSeconds(percent, at)])),
      },
    }),
    save() {
      const numbers = [...states.keys()].sort((a, b) => a - b);
      const each = numbers.map((number) => states.get(number) ?? initialState(atoms));
      const phases = each.map((state) => state.phases.join("")).join("");
      return [packNumbers(numbers), [phases, each.flatMap(({ starts }) => starts)]];
    },
    load(saved) {
      const [packed, rest] = pair(saved);
      const numbers = unpackNumbers(packed);
      const [text, flat] = pair(rest);
      const [phases, starts] = [digits(text), integers(flat, ANCIENT)];
      const width = atoms.length;
      if (phases.length !== numbers.length * width || starts.length !== phases.length)
        throw new TypeError("A saved state is of another definition");
      const members: { readonly number: number; readonly start: number }[] = [];
      for (const [index, number] of numbers.entries()) {
        const [from, to] = [index * width, (index + 1) * width];
        const state = { phases: Array.from(phases.slice(from, to), Number), starts: starts.slice(from, to) };
        states.set(number, state);
        const start = since(atoms, state);
        if (start !== null) members.push({ number, start });
      }
      for (const { number, start } of members.sort((a, b) => a.start - b.start)) ages.add(number, start);
    },
  };
}
