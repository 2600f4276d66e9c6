/**
 * The part of Go's text/template that report templates use: `{{.A.B}}`, `{{index .A.B 0}}`, `{{with x}}`, `{{if x}}`,
 * `{{range x}}`, `{{else}}`, `{{end}}`, and the trim marks `{{-` and `-}}`. Linear in the template and its output.
 */

type Data = string | number | boolean | readonly Data[] | { readonly [key: string]: Data };

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly expression: string }
  | {
      readonly kind: "block";
      readonly word: "with" | "if" | "range";
      readonly expression: string;
      readonly body: Node[];
      readonly otherwise: Node[];
    };

class Unsupported extends Error {
  override readonly name = "Unsupported";
}

/** The rendered text, or null when the template uses something that is not known here or names a field that is not there. */
export function renderTemplate(template: string, data: Data): string | null {
  try {
    return render(parse(template), data, data);
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

/** Whitespace beside `{{- ` and ` -}}` goes away before anything else, as in Go. */
function parse(template: string): Node[] {
  const trimmed = template.replace(/\s*\{\{-\s/g, "{{").replace(/\s-\}\}\s*/g, "}}");
  const root: Node[] = [];
  const open: { block: Extract<Node, { kind: "block" }>; parent: Node[] }[] = [];
  let into = root;
  let at = 0;
  for (const match of trimmed.matchAll(/\{\{([^{}]*)\}\}/g)) {
    if (match.index > at) into.push({ kind: "text", text: trimmed.slice(at, match.index) });
    at = match.index + match[0].length;
    const action = (match[1] ?? "").trim();
    const [word = "", ...rest] = action.split(/\s+/);
    if (action.startsWith("/*")) continue;
    if (word === "with" || word === "if" || word === "range") {
      const block: Extract<Node, { kind: "block" }> = {
        kind: "block",
        word,
        expression: rest.join(" "),
        body: [],
        otherwise: [],
      };
      into.push(block);
      open.push({ block, parent: into });
      into = block.body;
    } else if (action === "else" || action === "end") {
      const current = open.at(-1);
      if (!current) throw new Unsupported();
      if (action === "else") into = current.block.otherwise;
      else into = open.pop()?.parent ?? root;
    } else into.push({ kind: "value", expression: action });
  }
  if (open.length > 0) throw new Unsupported();
  into.push({ kind: "text", text: trimmed.slice(at) });
  return root;
}

function render(nodes: readonly Node[], dot: Data, root: Data): string {
  return nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      const value = evaluate(node.expression, dot, root);
      if (node.kind === "value") return typeof value === "object" ? JSON.stringify(value) : String(value);
      if (node.word === "range") {
        if (!Array.isArray(value)) throw new Unsupported();
        if (value.length === 0) return render(node.otherwise, dot, root);
        return value.map((entry: Data) => render(node.body, entry, root)).join("");
      }
      if (!isTrue(value)) return render(node.otherwise, dot, root);
      return render(node.body, node.word === "with" ? value : dot, root);
    })
    .join("");
}

function evaluate(expression: string, dot: Data, root: Data): Data {
  const [, path, index] = /^index (\S+) (\d+)$/.exec(expression) ?? [];
  if (path !== undefined) {
    const list = evaluate(path, dot, root);
    const entry: Data | undefined = Array.isArray(list) ? list[Number(index)] : undefined;
    if (entry === undefined) throw new Unsupported();
    return entry;
  }
  if (!/^\$?(?:\.\w+)+$|^\$?\.$|^\$$/.test(expression)) throw new Unsupported();
  let value: Data = expression.startsWith("$") ? root : dot;
  for (const key of expression.replace(/^\$/, "").split(".").filter(Boolean)) {
    const next = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (next === undefined) throw new Unsupported();
    value = next;
  }
  return value;
}

const isRecord = (value: Data): value is { readonly [key: string]: Data } =>
  typeof value === "object" && !Array.isArray(value);

const isTrue = (value: Data): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));
