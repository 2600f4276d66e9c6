/** Refuses what GitHub would refuse, held to its published description. */
import { ApiError } from "../errors.ts";
import { mismatch, type Operation, textMismatch } from "../openapi/description.ts";

const invalid = (detail: string): ApiError => new ApiError(422, `Invalid request.\n\n${detail}`);

/** Path values of a wrong type are simply not there; unknown or malformed query parameters are refused. */
export function checkParameters(
  operation: Operation,
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
): void {
  for (const parameter of operation.parameters.filter((one) => one.in === "path")) {
    const value = path[parameter.name];
    if (value === undefined || textMismatch(parameter.schema, value)) throw ApiError.notFound();
  }
  const known = new Map(operation.parameters.filter((one) => one.in === "query").map((one) => [one.name, one]));
  for (const [name, value] of query) {
    const parameter = known.get(name);
    if (!parameter) throw invalid(`"${name}" is not a permitted query parameter.`);
    const error = textMismatch(parameter.schema, value);
    if (error) throw invalid(`For query parameter "${name}", ${JSON.stringify(value)} ${error.message ?? "is wrong"}.`);
  }
  for (const parameter of known.values())
    if (parameter.required && !query.has(parameter.name))
      throw new ApiError(422, "Validation Failed", [{ resource: "Search", field: parameter.name, code: "missing" }]);
}

/** Throws 400 for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Parses a body and holds it to the description. An operation without a body takes none but an empty one. */
export function checkBody(operation: Operation, text: string): unknown {
  const value: unknown = text.trim() === "" ? undefined : parseJson(text);
  const schema = operation.body?.schema;
  if (!schema) {
    if (isRecord(value) && Object.keys(value).length > 0)
      throw invalid(`"${Object.keys(value)[0]}" is not a permitted key.`);
    return undefined;
  }
  if (value === undefined) {
    if (operation.body?.required && mismatch(schema, {})) throw missingOrWrong(schema, {});
    return undefined;
  }
  const error = mismatch(schema, value);
  if (error) throw missingOrWrong(schema, value);
  if (isRecord(value) && schema.properties && !schema.anyOf && schema.additionalProperties === undefined) {
    const extra = Object.keys(value).find((key) => !(key in (schema.properties ?? {})));
    if (extra !== undefined) throw invalid(`"${extra}" is not a permitted key.`);
  }
  return value;
}

function missingOrWrong(schema: object, value: unknown): ApiError {
  const error = mismatch(schema, value);
  const missing: unknown = error?.params.missingProperty;
  if (typeof missing === "string") return invalid(`"${missing}" wasn't supplied.`);
  const where = error?.instancePath.replace(/^\//, "") ?? "";
  const shown = JSON.stringify(error?.data)?.slice(0, 100);
  return invalid(
    where ? `For '${where}', ${shown} ${error?.message ?? "is wrong"}.` : `${shown} ${error?.message ?? "is wrong"}.`,
  );
}
