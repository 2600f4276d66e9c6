/** The `count` command: the one composition of plugins that there is, and all of its flags (spec velodrome 1.5). */
import { regexFault } from "../../config/goregexp.ts";
import { commentCounter, eventCounter } from "./counters.ts";
import { parseDescription } from "./description.ts";
import { fakeOpen } from "./fake-open.ts";
import { authorFilter, typeFilter } from "./filters.ts";
import { booleanOf, DefinitionError, type Flag, integersOf, parseFlags, textsOf } from "./flags.ts";
import type { Plugin } from "./plugin.ts";
import { parseState, statePlugin } from "./state.ts";
import { authorLogger, fakeComment, multiplexer } from "./wrappers.ts";

export interface CountOptions {
  readonly event: string;
  readonly comments: readonly string[];
  readonly state: string;
  readonly percentiles: readonly number[];
  readonly noIssues: boolean;
  readonly noPullRequests: boolean;
  readonly ignoreAuthors: readonly string[];
  readonly logAuthor: boolean;
}

const VALUED = ["event", "comments", "state", "percentiles", "ignore-authors"];
const BOOLEAN = ["no-issues", "no-pull-requests", "log-author"];

/** Lists may be said in many flags; of the rest the last one counts. Throws {@link DefinitionError}. */
export function parseCount(args: readonly string[]): CountOptions {
  const flags = parseFlags(args, VALUED, BOOLEAN);
  const every = (name: string): readonly Flag[] => flags.filter((flag) => flag.name === name);
  const last = (name: string): Flag | undefined => every(name).at(-1);
  const is = (name: string): boolean => every(name).map(booleanOf).at(-1) ?? false;
  const options: CountOptions = {
    event: last("event")?.value ?? "",
    comments: every("comments").flatMap(textsOf),
    state: last("state")?.value ?? "",
    percentiles: every("percentiles").flatMap(integersOf),
    noIssues: is("no-issues"),
    noPullRequests: is("no-pull-requests"),
    ignoreAuthors: every("ignore-authors").flatMap(textsOf),
    logAuthor: is("log-author"),
  };
  if (options.noIssues && options.noPullRequests)
    throw new DefinitionError(
      "--no-issues and --no-pull-requests leave nothing to count: drop one of them",
      last("no-pull-requests")?.argument,
    );
  within(last("event"), () => parseDescription(options.event));
  within(last("state"), () => parseState(options.state));
  for (const flag of every("percentiles")) {
    const wrong = integersOf(flag).find((percent) => percent < 1 || percent > 100);
    if (wrong !== undefined)
      throw new DefinitionError(`--percentiles are whole numbers from 1 to 100, not ${wrong}`, flag.argument);
  }
  for (const flag of every("comments"))
    for (const pattern of textsOf(flag)) {
      const fault = regexFault(pattern);
      if (fault !== null)
        throw new DefinitionError(
          `--comments: ${pattern} is no regular expression of Go: ${fault} (patterns are split at commas; quote one that holds a comma)`,
          flag.argument,
        );
    }
  return options;
}

/** Says which flag a bad description stands in. */
function within(flag: Flag | undefined, read: () => unknown): void {
  if (!flag) return;
  try {
    read();
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw new DefinitionError(`--${flag.name}=${flag.value}: ${error.message}`, flag.argument);
  }
}

/** A new plugin of that definition, which has seen nothing yet. */
export function countPlugin(options: CountOptions): Plugin {
  const logged = (child: Plugin): Plugin => (options.logAuthor ? authorLogger(child) : child);
  const counters = multiplexer([
    fakeComment(eventCounter(parseDescription(options.event))),
    commentCounter(options.comments),
  ]);
  const state = statePlugin(parseState(options.state), [...new Set(options.percentiles)]);
  const without = { issues: options.noIssues, pullRequests: options.noPullRequests };
  return authorFilter(options.ignoreAuthors, typeFilter(without, fakeOpen(multiplexer([logged(counters), state]))));
}
