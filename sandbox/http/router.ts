/** Finds the operation of a method and path, by GitHub's own templates. */
import { description, type Operation } from "../openapi/description.ts";
import { routes } from "../rest/index.ts";
import type { Call, Reply } from "./call.ts";

export interface Route {
  /** `METHOD /template`. */
  readonly name: string;
  readonly operation: Operation;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

interface Compiled extends Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Fixed segments: the more, the more particular. */
  readonly fixed: number;
}

/** Parameters that may hold slashes. */
const WIDE = new Set(["path", "ref", "branch", "basehead"]);

function compile([name, handle]: [string, Route["handle"]]): Compiled {
  const [method = "", template = ""] = name.split(" ");
  const operation = description.operations[name];
  if (!operation) throw new Error(`The cut-out of GitHub's description lacks ${name}. Run sandbox/openapi/cut.ts.`);
  const names: string[] = [];
  const source = template.replace(/[.+*?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, parameter: string) => {
    names.push(parameter);
    return parameter === "path" ? "(.*)" : WIDE.has(parameter) ? "(.+)" : "([^/]+)";
  });
  const fixed = template.split("/").filter((segment) => segment && !segment.startsWith("{")).length;
  return { name, method, operation, handle, names, fixed, pattern: new RegExp(`^${source}$`) };
}

const table: readonly Compiled[] = Object.entries(routes)
  .map(compile)
  .sort((a, b) => b.fixed - a.fixed || a.names.length - b.names.length);

const decode = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

/** The route and its decoded path parameters; null when GitHub has nothing there. */
export function findRoute(method: string, path: string): { route: Route; params: Record<string, string> } | null {
  for (const route of table) {
    if (route.method !== method) continue;
    const match = route.pattern.exec(path);
    if (match)
      return {
        route,
        params: Object.fromEntries(route.names.map((name, index) => [name, decode(match[index + 1] ?? "")])),
      };
  }
  return null;
}
