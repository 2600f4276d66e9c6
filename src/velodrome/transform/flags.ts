/** The original's argument strings, read as its flag library reads them (spec velodrome 1.5). */

/** A metric's definition is wrong; the message says what to write instead. */
export class DefinitionError extends Error {
  override readonly name = "DefinitionError";
  /** Which of the arguments it is about, from 0. */
  readonly argument: number | null;

  constructor(message: string, argument: number | null = null) {
    super(message);
    this.argument = argument;
  }
}

export interface Flag {
  readonly name: string;
  readonly value: string;
  /** Which argument it is in, from 0. */
  readonly argument: number;
}

/**
 * `--name=value`, `--name value`, and `--name` alone for the boolean ones, whose value is then `true`. Throws
 * {@link DefinitionError} for what is no flag of these.
 */
export function parseFlags(args: readonly string[], valued: readonly string[], boolean: readonly string[]): Flag[] {
  const flags: Flag[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const argument = at;
    const text = args[at] ?? "";
    const [, name, value] = /^--([^=]+)(?:=([^]*))?$/.exec(text) ?? [];
    if (name === undefined) throw new DefinitionError(`"${text}" is no flag: flags are --name=value`, argument);
    if (boolean.includes(name)) flags.push({ name, value: value ?? "true", argument });
    else if (!valued.includes(name)) {
      const all = [...valued.map((one) => `--${one}=...`), ...boolean.map((one) => `--${one}`)];
      throw new DefinitionError(`There is no flag --${name}. There are: ${all.join(", ")}`, argument);
    } else if (value !== undefined) flags.push({ name, value, argument });
    else {
      at += 1;
      const next = args[at];
      if (next === undefined) throw new DefinitionError(`--${name} needs a value: --${name}=...`, argument);
      flags.push({ name, value: next, argument });
    }
  }
  return flags;
}

const TRUE = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE = ["0", "f", "F", "FALSE", "false", "False"];

export function booleanOf({ name, value, argument }: Flag): boolean {
  if (TRUE.includes(value)) return true;
  if (FALSE.includes(value)) return false;
  throw new DefinitionError(`--${name} is true or false, not "${value}"`, argument);
}

export function integersOf({ name, value, argument }: Flag): number[] {
  return value.split(",").map((part) => {
    if (/^[+-]?\d{1,15}$/.test(part)) return Number(part);
    throw new DefinitionError(`--${name} is a list of whole numbers such as 50,90, not "${value}"`, argument);
  });
}

/** A record of comma-separated values: a value in double quotes may hold commas, and a quote written twice. */
export function textsOf({ name, value, argument }: Flag): string[] {
  if (value === "") return [];
  const texts: string[] = [];
  let rest = value;
  for (;;) {
    const [whole, quoted, plain] = /^(?:"((?:[^"]|"")*)"(?=,|$)|([^",][^",]*|(?=,|$)))/.exec(rest) ?? [];
    if (whole === undefined)
      throw new DefinitionError(
        `--${name}=${value}: a value that holds a double quote stands in double quotes, with each of its own written twice`,
        argument,
      );
    texts.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    rest = rest.slice(whole.length);
    if (rest === "") return texts;
    if (!rest.startsWith(","))
      throw new DefinitionError(`--${name}=${value}: a double quote stands within a value`, argument);
    rest = rest.slice(1);
  }
}
