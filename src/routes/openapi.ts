/** `/api/openapi.json` and `/api`: the public API described from the schemas that it is parsed with. */
import { etag } from "hono/etag";
import * as z from "zod";
import { ApiPage } from "../../ui/pages/api.tsx";
import { renderPage } from "../../ui/render.tsx";
import { settings } from "../env.ts";
import { createApp } from "./app.ts";
import { forViewer, secured } from "./browser.ts";
import { type Operation, OPERATIONS } from "./api-operations.ts";
import { broken, surroundings } from "./surroundings.ts";

export const openapi = createApp();

for (const path of ["/api", "/api/openapi.json"]) openapi.use(path, secured, forViewer);

/** Input side: what a caller sends or gets before we read it. What a schema cannot say in JSON is any value. */
const schemaOf = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
};

const JSON_TYPE = "application/json";
const PROBLEM = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

const pathParameters = (path: string): object[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));

const queryParameters = (query: z.ZodObject | undefined): object[] =>
  Object.entries(query?.shape ?? {}).map(([name, field]) => ({
    name,
    in: "query",
    required: !z.object({ field }).safeParse({}).success,
    schema: schemaOf(z.object({ field })).properties,
  }));

const SECURITY: Readonly<Record<Operation["who"]["kind"], readonly object[]>> = {
  viewer: [{}, { session: [] }, { token: [] }],
  admin: [{ token: [] }, { session: [] }],
  token: [{ token: [] }],
};

function operationOf({ path, summary, who, query, body, answer, type, status }: Operation): object {
  return {
    summary,
    ...(who.kind === "token" ? { description: `Needs the scope ${who.scope}.` } : {}),
    security: SECURITY[who.kind],
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body ? { requestBody: { required: true, content: { [JSON_TYPE]: { schema: schemaOf(body) } } } } : {}),
    responses: {
      [status]: {
        description: "Done",
        content: answer
          ? { [JSON_TYPE]: { schema: schemaOf(answer) } }
          : { [type ?? JSON_TYPE]: { schema: { type: "string" } } },
      },
      default: { description: "Refused", content: { [JSON_TYPE]: { schema: schemaOf(PROBLEM) } } },
    },
  };
}

/** The OpenAPI 3.1 document. */
export function openApiDocument(server: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Cutwater",
      version: "1",
      description: "What GitHub would not show to the caller is answered with 404.",
    },
    servers: [{ url: server }],
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token of API_TOKENS, or the ADMIN_TOKEN" },
        session: { type: "apiKey", in: "cookie", name: "__Host-cutwater" },
      },
    },
    paths,
  };
}

openapi.get("/api/openapi.json", etag(), (c) => c.json(openApiDocument(settings(c.env).PUBLIC_URL)));

openapi.get("/api", etag(), async (c) => {
  const operations = OPERATIONS.map(({ method, path, summary, who, query, body, answer, status }) => ({
    method,
    path,
    summary,
    who:
      who.kind === "token" ? `tokens with ${who.scope}` : who.kind === "admin" ? "administrators" : "whoever sees it",
    query: Object.keys(query?.shape ?? {}),
    body: body ? JSON.stringify(schemaOf(body), null, 2) : "",
    answer: answer ? JSON.stringify(schemaOf(answer), null, 2) : "",
    status,
  }));
  return c.html(renderPage(ApiPage, { ...(await surroundings(c)), operations }));
});

openapi.onError((error, c) => broken(c, error));
