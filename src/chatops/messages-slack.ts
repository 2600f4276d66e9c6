/** What is said in Slack. Its control characters are escaped, as its own guide asks. */
import type { GenericComment, PushEvent, RepoRef } from "./events.ts";

const TEXT_CHARACTERS = 3000;

const plain = (text: string): string =>
  text.slice(0, TEXT_CHARACTERS).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Somebody mentioned a group. */
export function slackMention({ author, body, htmlUrl }: GenericComment): string {
  return `*${plain(author.login)}* mentioned you on GitHub: <${htmlUrl}>\n>>>${plain(body)}`;
}

/** Somebody pushed past the merge automation. */
export function slackMergeWarning(event: PushEvent, branch: string, { owner, repo }: RepoRef): string {
  const who = plain(event.pusher || event.sender.login);
  const where = `${plain(branch)} of ${owner}/${repo}`;
  const link = event.compareUrl === "" ? "" : `: <${event.compareUrl}>`;
  if (event.created) return `*Warning:* ${who} (<@${who}>) made the branch ${where}${link}`;
  if (event.deleted) return `*Warning:* ${who} (<@${who}>) deleted the branch ${where}${link}`;
  if (event.forced) return `*Warning:* ${who} (<@${who}>) force-pushed to ${where}${link}`;
  const commits = `${event.commits} ${event.commits === 1 ? "commit" : "commits"}`;
  return `*Warning:* ${who} (<@${who}>) merged ${commits} by hand into ${where}${link}`;
}
