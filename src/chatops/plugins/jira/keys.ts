/** Keys of Jira issues in texts (spec chatops 2.38). Every scan is linear: repetitions are bounded. */
import { goRegExp } from "../../../config/goregexp.ts";

const KEY = "\\b([a-zA-Z]+-[0-9]+)(\\s|:|$|]|\\))";
/** Each costs a question to Jira. */
const MOST_KEYS = 20;

/** Keys that the texts name, each once, in order; those of disabled projects are left out. */
export function keysIn(texts: readonly string[], disabled: readonly string[]): readonly string[] {
  const off = new Set(disabled.map((project) => project.toLowerCase()));
  const keys = new Set<string>();
  for (const text of texts) {
    if (!text.includes("-")) continue;
    for (const [, key = ""] of goRegExp(KEY).all(text)) {
      if (!off.has(key.slice(0, key.indexOf("-")).toLowerCase())) keys.add(key);
      if (keys.size === MOST_KEYS) return [...keys];
    }
  }
  return [...keys];
}

/** Inline code, links, tags and addresses, which stay as they are, or a word that may be a key. */
const PIECE =
  /`{1,3}[^`\n]{1,500}`{1,3}|!?\[[^\]\n]{0,300}\](?:\([^)\s]{0,2000}\)|\[[^\]\n]{0,300}\])|<[^>\n]{1,500}>|https?:\/\/[^\s<>]{1,2000}|[A-Za-z]{1,100}-\d{1,20}/g;
const WORD = /^[A-Za-z]+-\d+$/;
const BEFORE = /[A-Za-z0-9[/`-]/;
const AFTER = /[A-Za-z0-9]/;

/** A text whose keys are links to Jira, but for those in code and in links. */
export function withLinks(text: string, keys: ReadonlySet<string>, jiraUrl: string): string {
  let fenced = false;
  const lines = text.split("\n").map((line) => {
    const fence = line.startsWith("```") || line.startsWith("~~~");
    if (fence) fenced = !fenced;
    if (fence || fenced || line.startsWith("    ") || !line.includes("-")) return line;
    return line.replaceAll(PIECE, (piece, at: number) => {
      if (!WORD.test(piece) || !keys.has(piece)) return piece;
      const alone = !BEFORE.test(line.charAt(at - 1)) && !AFTER.test(line.charAt(at + piece.length));
      return alone ? `[${piece}](${jiraUrl}/browse/${piece})` : piece;
    });
  });
  return lines.join("\n");
}
