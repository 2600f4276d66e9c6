/** Globs of paths as plugins.yaml has them: `**` is any depth, `*` and `?` stay within a name, `{a,b}` and `[a-z]` choose. */
import { type GoRegExp, goRegExp } from "./goregexp.ts";

const TOKEN = /\*\*\/|\*\*|\*|\?|\{|\}|,|\[!?[^\]/]+\]|[^]/gu;

/** A glob as a linear-time pattern. One that cannot be read, such as `[z-a]`, matches only itself. */
export function pathGlob(glob: string): GoRegExp {
  let depth = 0;
  const parts = (glob.match(TOKEN) ?? []).map((token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token === "{") {
      depth += 1;
      return "(?:";
    }
    if (token === "}" && depth > 0) {
      depth -= 1;
      return ")";
    }
    if (token === "," && depth > 0) return "|";
    if (token.length > 2 && token.startsWith("[")) return token.replaceAll("\\", "\\\\").replace(/^\[!/, "[^");
    return quoted(token);
  });
  try {
    return goRegExp(`^${parts.join("")}$`);
  } catch {
    return goRegExp(`^${quoted(glob)}$`);
  }
}

const quoted = (text: string): string => text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&");
