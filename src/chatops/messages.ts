/** All that the bot says to people, one function per message (spec chatops 1.11). */
import type { View } from "./plugin.ts";

/** What a reply answers. */
export interface Answered {
  /** Login of whom it speaks to. */
  readonly login: string;
  /** The text that caused it, and where that stands. */
  readonly body: string;
  readonly htmlUrl: string;
}

type Where = Pick<View, "publicUrl" | "repository">;

/** The page with all commands of a repository. */
export function commandHelpUrl({ publicUrl, repository }: Where): string {
  return `${publicUrl}/command-help?repo=${encodeURIComponent(`${repository.owner}/${repository.repo}`)}`;
}

const REPLY_END = "<!-- reply -->";
const QUOTE_CHARACTERS = 4_000;

/** The standard shape: whom it is for, the message, and folded away what it answers and who speaks. */
export function reply(to: Answered, where: Where, message: string): string {
  return `@${to.login}: ${message}${replyEnd(to, where)}`;
}

/** What follows the message in the standard shape. */
export function replyEnd(to: Answered, where: Where): string {
  return [
    "",
    "",
    "<details>",
    "<summary>What this answers</summary>",
    "",
    `In answer to [this comment](${to.htmlUrl}):`,
    "",
    quoted(to.body),
    "",
    about(where),
    "</details>",
    REPLY_END,
  ].join("\n");
}

/** Whether a text has the standard shape. */
export function isReply(body: string): boolean {
  return body.endsWith(REPLY_END);
}

function about(where: Where): string {
  return `I am a bot and listen to comments such as \`/hold\`. [All commands of this repository](${commandHelpUrl(where)}).`;
}

/**
 * A quote: cut to a bearable length, and harmless: it mentions nobody, opens no markup that would swallow what follows,
 * and cannot forge our hidden markers.
 */
export function quoted(text: string): string {
  const cut = text.length > QUOTE_CHARACTERS ? `${text.slice(0, QUOTE_CHARACTERS)}…` : text;
  return cut
    .replaceAll("<", "&lt;")
    .replaceAll(/@(?=[A-Za-z0-9])/g, "@\u200b")
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

/** Somebody's word in a sentence: as code, on one line, short. */
export function code(text: string): string {
  const plain = text
    .replaceAll(/[`\s]+/g, " ")
    .replaceAll("<!--", "<!‑‑")
    .trim();
  return `\`${plain.length > 100 ? `${plain.slice(0, 100)}…` : plain}\``;
}
