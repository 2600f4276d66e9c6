/** What the checks of whole documents share. */
import type { Path } from "./document.ts";
import { goTemplateFault } from "./go-template.ts";
import { regexFault } from "./goregexp.ts";

/** A place and what is wrong there; the sentence goes on from the place's last key. */
export type Fault = readonly [Path, string];

export const entriesOf = <T>(map: Readonly<Record<string, T>> | undefined): [string, T][] => Object.entries(map ?? {});

/** Patterns that Go would not compile. */
export function* regexFaults(patterns: Iterable<readonly [Path, string | undefined]>): Generator<Fault> {
  for (const [path, pattern] of patterns) {
    const fault = pattern === undefined ? null : regexFault(pattern);
    if (fault !== null) yield [path, `is no regular expression that Go takes: ${fault}`];
  }
}

/** Templates that Go would not parse. */
export function* templateFaults(templates: Iterable<readonly [Path, string | undefined]>): Generator<Fault> {
  for (const [path, template] of templates) {
    const fault = template === undefined ? null : goTemplateFault(template);
    if (fault !== null) yield [path, `is no Go template: ${fault}`];
  }
}

/** Each item of a list with its place. */
export const placed = <T>(base: Path, list: readonly T[] | undefined): [Path, T][] =>
  (list ?? []).map((item, at) => [[...base, at], item]);

/** What comes twice in a list; undefined when nothing does. */
export function repeated(list: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return list.find((one) => seen.size === seen.add(one).size);
}
