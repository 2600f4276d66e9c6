/**
 * Cuts the operations that the sandbox serves out of GitHub's published OpenAPI description.
 *
 *   node sandbox/openapi/cut.ts
 *
 * The whole package is 385 MB, so it is installed into a scratch folder and thrown away; only the cut-out
 * (generated/github.json) is committed. Descriptions and examples are dropped, and OpenAPI 3.0's `nullable` becomes plain
 * JSON Schema, so that ajv can read it as it stands.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { OPERATIONS } from "./operations.ts";

const PACKAGE = "@octokit/openapi@23.0.2";
const TARGET = path.join(import.meta.dirname, "generated/github.json");
const NOISE = new Set([
  "description",
  "example",
  "examples",
  "title",
  "x-github",
  "externalDocs",
  "deprecated",
  "default",
]);

type Node = { [key: string]: unknown };
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

function download(): Node {
  const scratch = mkdtempSync(path.join(tmpdir(), "github-openapi-"));
  try {
    writeFileSync(path.join(scratch, "package.json"), "{}");
    execFileSync("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE], {
      cwd: scratch,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const file = path.join(scratch, "node_modules/@octokit/openapi/generated/api.github.com.json");
    return deref({}, JSON.parse(readFileSync(file, "utf8")));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function resolve(document: Node, reference: string): unknown {
  return reference
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((node, key) => (isNode(node) ? node[key.replaceAll("~1", "/")] : undefined), document);
}

/** Follows `$ref` for what is not a schema (parameters, responses, headers). */
function deref(document: Node, value: unknown): Node {
  const target = isNode(value) && typeof value.$ref === "string" ? resolve(document, value.$ref) : value;
  if (!isNode(target)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return target;
}

/** A schema without prose, with `nullable` as JSON Schema knows it, and references into `#/schemas/`. */
function plain(value: unknown, inProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (!isNode(value)) return value;
  const kept = Object.entries(value).filter(([key]) => inProperties || (!NOISE.has(key) && key !== "nullable"));
  const result: Node = Object.fromEntries(
    kept.map(([key, child]) => [
      key,
      key === "$ref" && typeof child === "string"
        ? child.replace("#/components/schemas/", "#/schemas/")
        : key === "enum" || key === "required"
          ? child
          : plain(child, !inProperties && key === "properties"),
    ]),
  );
  if (inProperties || value.nullable !== true) return result;
  if (typeof result.type === "string" && !Array.isArray(result.enum)) return { ...result, type: [result.type, "null"] };
  return { anyOf: [{ type: "null" }, result] };
}

function references(value: unknown, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) references(item, into);
  else if (isNode(value))
    for (const [key, child] of Object.entries(value)) {
      if (key === "$ref" && typeof child === "string") into.add(child.replace("#/schemas/", ""));
      else references(child, into);
    }
}

function jsonSchema(content: unknown): unknown {
  const media = isNode(content) ? content["application/json"] : undefined;
  return isNode(media) && media.schema ? plain(media.schema) : null;
}

/** Where GitHub's description does not say what GitHub does. */
function corrected(operations: Node, schemas: Node): void {
  // An account is a user or an enterprise, not both at once: the single installation says so.
  const installations = deref({}, deref({}, deref({}, operations["GET /app/installations"]).responses)["200"]);
  installations.items = { $ref: "#/schemas/installation" };
  // An issue without a description is found with a body of null.
  const found = deref({}, deref({}, schemas["issue-search-result-item"]).properties);
  found.body = { type: ["string", "null"] };
}

function cutOperation(document: Node, name: string): Node {
  const [method = "", template = ""] = name.split(" ");
  const item = deref(document, deref(document, document.paths)[template]);
  const operation = deref(document, item[method.toLowerCase()]);
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
  const parameters = [...list(item.parameters), ...list(operation.parameters)].map((parameter) => {
    const { name, in: where, required, schema } = deref(document, parameter);
    return { name, in: where, required: required === true, schema: plain(schema) };
  });
  const body = operation.requestBody ? deref(document, operation.requestBody) : null;
  const responses = Object.entries(deref(document, operation.responses))
    .filter(([status]) => /^[23]/.test(status))
    .map(([status, response]) => [status, jsonSchema(deref(document, response).content)]);
  return {
    parameters,
    body: body ? { required: body.required === true, schema: jsonSchema(body.content) } : null,
    responses: Object.fromEntries(responses),
  };
}

const document = download();
const operations = Object.fromEntries(OPERATIONS.map((name) => [name, cutOperation(document, name)]));
const all = deref(document, deref(document, document.components).schemas);
const wanted = new Set<string>();
references(operations, wanted);
const schemas: Node = {};
// A Set's iterator also visits what is added while it runs: this is the transitive closure.
for (const name of wanted) {
  schemas[name] = plain(all[name]);
  references(schemas[name], wanted);
}
corrected(operations, schemas);
const licence = readFileSync(path.join(import.meta.dirname, "LICENCE.md"), "utf8")
  .trim()
  .split("\n")
  .slice(2)
  .join("\n");
const text = JSON.stringify({ source: PACKAGE, licence, operations, schemas });
mkdirSync(path.dirname(TARGET), { recursive: true });
writeFileSync(TARGET, `${text}\n`);
console.log(`${OPERATIONS.length} operations, ${wanted.size} schemas, ${Math.round(text.length / 1024)} KB`);
