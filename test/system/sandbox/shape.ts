/** What GitHub's published webhook examples have in common, and where a payload of ours is different. */
import { createRequire } from "node:module";

type Kind = "null" | "string" | "number" | "boolean" | "array" | "object";

interface Shape {
  readonly kinds: Set<Kind>;
  /** How many objects were seen here. */
  seen: number;
  /** Members with the number of objects that had them. */
  readonly members: Map<string, { count: number; readonly shape: Shape }>;
  items: Shape | null;
}

interface Example {
  readonly name: string;
  readonly examples: readonly { readonly action?: string }[];
}

const blank = (): Shape => ({ kinds: new Set(), seen: 0, members: new Map(), items: null });

function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return type === "string" || type === "number" || type === "boolean" ? type : "object";
}

function learn(shape: Shape, value: unknown): void {
  const kind = kindOf(value);
  shape.kinds.add(kind);
  if (Array.isArray(value)) {
    shape.items ??= blank();
    for (const item of value) learn(shape.items, item);
  } else if (kind === "object") {
    shape.seen += 1;
    for (const [key, child] of Object.entries(value ?? {})) {
      const member = shape.members.get(key) ?? { count: 0, shape: blank() };
      member.count += 1;
      shape.members.set(key, member);
      learn(member.shape, child);
    }
  }
}

/** Where `value` lacks what all examples have, or is of another kind than any of them. */
function differences(shape: Shape, value: unknown, where: string): string[] {
  const kind = kindOf(value);
  if (kind === "null" || shape.kinds.size === 0) return [];
  const nullOnly = shape.kinds.size === 1 && shape.kinds.has("null");
  if (!shape.kinds.has(kind)) return nullOnly ? [] : [`${where} is ${kind}, not ${[...shape.kinds].join(" or ")}`];
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => (shape.items ? differences(shape.items, item, `${where}[]`) : []));
  if (kind !== "object") return [];
  const own = new Map(Object.entries(value ?? {}));
  const missing = [...shape.members]
    .filter(([key, { count }]) => count === shape.seen && !own.has(key))
    .map(([key]) => `${where}.${key} is missing`);
  const inside = [...own].flatMap(([key, child]) => {
    const member = shape.members.get(key);
    return member ? differences(member.shape, child, `${where}.${key}`) : [];
  });
  return [...missing, ...inside];
}

const examples: readonly Example[] = createRequire(import.meta.url)(
  "@octokit/webhooks-examples/api.github.com/index.json",
);

const shapes = new Map<string, Shape>();

/** Differences of a payload from GitHub's examples of the same event. Throws when there is no example. */
export function unlikeGitHub(event: string, payload: unknown): string[] {
  let shape = shapes.get(event);
  if (!shape) {
    const known = examples.find((one) => one.name === event);
    if (!known) throw new Error(`GitHub publishes no example of ${event}`);
    shape = blank();
    for (const example of known.examples) learn(shape, example);
    shapes.set(event, shape);
  }
  return differences(shape, payload, event);
}
