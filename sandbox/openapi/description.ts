/** GitHub's own description of its interface, cut down (see cut.ts), and validators made from it on demand. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: object;
}

export interface Operation {
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly schema: BodySchema | null } | null;
  /** By status; null: no JSON. */
  readonly responses: Readonly<Record<string, object | null>>;
}

interface BodySchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
  readonly anyOf?: unknown;
}

interface Description {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, object>>;
}

const FILE = path.join(import.meta.dirname, "generated/github.json");

/** Made by cut.ts, so that its parts are what it says. */
const Cut = z.custom<Description>(
  (value) => z.looseObject({ operations: z.looseObject({}), schemas: z.looseObject({}) }).safeParse(value).success,
);

function load(): Description {
  // GitHub writes oneOf where several alternatives may hold at once, e.g. for an empty list of labels.
  const text = readFileSync(FILE, "utf8")
    .replaceAll('"oneOf":', '"anyOf":')
    .replaceAll("#/schemas/", "github#/schemas/");
  return Cut.parse(JSON.parse(text));
}

export const description: Description = load();

const options = { strict: false, allErrors: false, validateFormats: false, verbose: true } as const;
const exact = new Ajv(options);
/** Query and path values arrive as text. */
const lenient = new Ajv({ ...options, coerceTypes: "array" });
for (const ajv of [exact, lenient]) ajv.addSchema({ $id: "github", schemas: description.schemas });

const compiled = new WeakMap<object, ValidateFunction>();

function validator(ajv: Ajv, schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const made = ajv.compile(schema);
  compiled.set(schema, made);
  return made;
}

/** The first thing wrong with a JSON value, or null. */
export function mismatch(schema: object, value: unknown): ErrorObject | null {
  const validate = validator(exact, schema);
  return validate(value) ? null : (validate.errors?.[0] ?? null);
}

/** As {@link mismatch} for text of a path or query. */
export function textMismatch(schema: object, text: string): ErrorObject | null {
  const wrapped = validator(lenient, wrap(schema));
  return wrapped({ value: text }) ? null : (wrapped.errors?.[0] ?? null);
}

const wrappers = new WeakMap<object, object>();

function wrap(schema: object): object {
  const known = wrappers.get(schema);
  if (known) return known;
  const made = { type: "object", properties: { value: schema } };
  wrappers.set(schema, made);
  return made;
}
