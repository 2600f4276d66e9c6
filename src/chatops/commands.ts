/**
 * The command table of a plugin (spec chatops 1.10): parser, help and permissions come from the same rows, so that they
 * cannot drift. A command is a line that begins with `/verb`; a verb ends at white space or the line's end.
 */
import type { GenericComment } from "./events.ts";
import type { Permission } from "./permissions.ts";
import type { CommandHelp } from "./plugin.ts";
import { commandText, spoken } from "./text.ts";

export interface Command<Said> {
  /** Spellings, without the slash, in lower case. */
  readonly verbs: readonly string[];
  /** Whether the verb must be typed as it stands here. */
  readonly exactCase?: boolean;
  /** Reads what follows the verb: empty, or beginning with white space. Null: this line is not this command. */
  readonly parse: (rest: string, verb: string) => Said | null;
  readonly who: Permission;
  readonly usage: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly featured?: boolean;
}

export interface CommandTable<Said> {
  /** Where its commands are heard. */
  readonly on: "pull requests" | "issues" | "both";
  readonly openOnly: boolean;
  readonly commands: readonly Command<Said>[];
}

/** A command that somebody said. */
export interface Heard<Said> {
  readonly said: Said;
  readonly command: Command<Said>;
  /** Without the slash, in lower case. */
  readonly verb: string;
}

const WORD = /^\/([A-Za-z][A-Za-z-]*\??)(?=[\t\f\r ]|$)/;

interface Spoken {
  readonly verb: string;
  readonly rest: string;
}

const lines = new WeakMap<GenericComment, readonly Spoken[]>();

/** Every line of a comment that looks like a command, whoever it is for. Computed once per event. */
export function spokenCommands(comment: GenericComment): readonly Spoken[] {
  const known = lines.get(comment);
  if (known) return known;
  const found = commandLines(spoken(comment));
  lines.set(comment, found);
  return found;
}

function commandLines(text: string): readonly Spoken[] {
  const found: Spoken[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("/")) continue;
    const verb = WORD.exec(line)?.[1];
    if (verb) found.push({ verb, rest: line.slice(verb.length + 1) });
  }
  return found;
}

/** The commands of a table that a comment says, in the order of its lines; the first row that fits a line has it. */
export function heard<Said>(table: CommandTable<Said>, comment: GenericComment): readonly Heard<Said>[] {
  return among(table, spokenCommands(comment));
}

/** The same for a text that came with no event of its own, such as an older comment. */
export function heardIn<Said>(table: CommandTable<Said>, body: string): readonly Heard<Said>[] {
  return body.includes("/") ? among(table, commandLines(commandText(body))) : [];
}

function among<Said>(table: CommandTable<Said>, lines: readonly Spoken[]): readonly Heard<Said>[] {
  const found: Heard<Said>[] = [];
  for (const { verb, rest } of lines) {
    const lower = verb.toLowerCase();
    for (const command of table.commands) {
      if (!command.verbs.includes(command.exactCase ? verb : lower)) continue;
      const said = command.parse(rest, lower);
      if (said === null) continue;
      found.push({ said, command, verb: lower });
      break;
    }
  }
  return found;
}

/** Why a table does not listen to a comment at all, or null when it does. Edits and deletions change nothing. */
export function deafTo(table: CommandTable<unknown>, comment: GenericComment): string | null {
  if (comment.action !== "created") return `the text was ${comment.action}, only new text counts`;
  if (table.on === "pull requests" && !comment.isPullRequest) return "its commands are for pull requests";
  if (table.on === "issues" && comment.isPullRequest) return "its commands are for issues";
  if (table.openOnly && comment.state !== "open") return `this is ${comment.state}`;
  return null;
}

/** The rows of the command help page. */
export function helpOf(table: CommandTable<unknown>): readonly CommandHelp[] {
  return table.commands.map(({ usage, description, examples, who, featured }) => ({
    usage,
    description,
    examples,
    whoCanUse: who.who,
    featured: featured ?? false,
  }));
}

/** Every verb of a table, in lower case. */
export function verbsOf(table: CommandTable<unknown>): ReadonlySet<string> {
  return new Set(table.commands.flatMap((command) => command.verbs.map((verb) => verb.toLowerCase())));
}

/** For commands that stand alone on their line. */
export function alone<Said>(said: Said): (rest: string) => Said | null {
  return (rest) => (words(rest).length === 0 ? said : null);
}

/** The words behind a verb. White space is what Go's `\s` matches. */
export function words(rest: string): readonly string[] {
  return rest.split(/[\t\f\r ]+/).filter((word) => word !== "");
}
