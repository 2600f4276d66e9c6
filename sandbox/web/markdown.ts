/** Comments as GitHub shows them: its Markdown, and of HTML only a few harmless tags. */
import { Marked } from "marked";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** Text of an HTML block: entities stay, everything else that could be markup does not. */
const escapeText = (text: string): string =>
  text.replace(/&(?!#?\w+;)|[<>"']/g, (character) => ENTITIES[character] ?? "");

const PLAIN = new Set(
  "details summary br hr p b i em strong sub sup kbd code pre ul ol li blockquote table thead tbody tr th td h1 h2 h3 h4 del ins".split(
    " ",
  ),
);

const safeLink = (href: string): string | null => (/^(https?:\/\/|mailto:|\/(?!\/)|#)/i.test(href) ? href : null);

function tag(text: string): string {
  const [, close = "", name = "", rest = ""] = /^<(\/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>$/.exec(text) ?? [];
  const known = name.toLowerCase();
  if (known === "a") {
    const href = safeLink(/href=["']([^"']*)["']/i.exec(rest)?.[1] ?? "");
    return close ? "</a>" : href === null ? "<a>" : `<a href="${escape(href)}" rel="nofollow noopener">`;
  }
  if (!PLAIN.has(known)) return escape(text);
  const open = known === "details" && /\bopen\b/.test(rest) ? " open" : "";
  return `<${close}${known}${close ? "" : open}>`;
}

/** HTML that somebody wrote, with comments gone and all but harmless tags shown as text. */
function cleanHtml(text: string): string {
  return text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .split(/(<\/?[a-zA-Z][^<>]*>)/)
    .map((part, index) => (index % 2 === 1 ? tag(part) : escapeText(part)))
    .join("");
}

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => cleanHtml(text),
    link({ href, tokens }) {
      const safe = safeLink(href);
      const content = this.parser.parseInline(tokens);
      return safe === null ? content : `<a href="${escape(safe)}" rel="nofollow noopener">${content}</a>`;
    },
    image: ({ href, text }) => {
      const safe = safeLink(href);
      return safe === null
        ? escape(text)
        : `<a href="${escape(safe)}" rel="nofollow noopener">${escape(text || "image")}</a>`;
    },
  },
});

/** Links `@name`, `#12` and a commit's full name in text that is not inside a tag, a link or code. */
function mentions(html: string, repo: string): string {
  let inside = 0;
  return html
    .split(/(<[^>]+>)/)
    .map((part, index) => {
      if (index % 2 === 1) {
        if (/^<(a|code|pre)[\s>]/.test(part)) inside += 1;
        if (/^<\/(a|code|pre)>/.test(part)) inside = Math.max(0, inside - 1);
        return part;
      }
      if (inside > 0) return part;
      return part
        .replace(/(^|[\s(])@([a-zA-Z0-9-]+)/g, '$1<a class="mention" href="/$2">@$2</a>')
        .replace(
          /\b([0-9a-f]{7})[0-9a-f]{33}\b/g,
          (sha, short: string) => `<a href="/${escape(repo)}/commit/${sha}"><code>${short}</code></a>`,
        )
        .replace(/(^|[\s(])#(\d+)\b/g, `$1<a href="/${escape(repo)}/issues/$2">#$2</a>`);
    })
    .join("");
}

/** Safe HTML of a body. `repo` is `owner/name`, for `#12`. */
export function markdown(body: string, repo: string): string {
  const html = marked.parse(body, { async: false });
  return mentions(html, repo);
}
