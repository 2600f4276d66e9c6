/** `jira`: ties Jira's issues to what names them, both ways (spec chatops 2.38). */
import * as z from "zod";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { isBot } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import type { Outside } from "../reads.ts";
import { trackerUrl } from "../tracker.ts";
import { jsonOf } from "./fun.ts";
import { keysIn, withLinks } from "./jira/keys.ts";

const SERVICE = "jira";
const ICON = { url16x16: "https://github.com/favicon.ico", title: "GitHub" };

const get = (view: View, path: string): Promise<Outside> => view.outside({ service: SERVICE, method: "GET", path });
const issuePath = (key: string): string => `/rest/api/2/issue/${key}`;

const RemoteLinks = z.array(
  z.object({ id: z.int(), object: z.object({ url: z.string().default(""), title: z.string().default("") }) }),
);

/** What makes the link from a Jira issue to this conversation right; nothing when it is. */
async function remoteLink(key: string, comment: GenericComment, view: View): Promise<readonly Effect[]> {
  const { owner, repo } = view.repository;
  const path = `${issuePath(key)}/remotelink`;
  const links = RemoteLinks.safeParse(jsonOf(await get(view, path)));
  const [url = ""] = comment.issueHtmlUrl.split("#", 1);
  const title = `${owner}/${repo}#${comment.number}: ${comment.issueTitle}`;
  const known = links.data?.find(({ object }) => object.url === url);
  if (known?.object.title === title) return [];
  const object = { url, title, icon: ICON };
  // With a global id of its own a link that is there already is changed, not repeated.
  return known
    ? [{ kind: "callService", service: SERVICE, method: "PUT", path: `${path}/${known.id}`, body: { object } }]
    : [{ kind: "callService", service: SERVICE, method: "POST", path, body: { globalId: url, object } }];
}

/** GitHub takes no longer text: then all stays as it is. */
const MOST_CHARACTERS = 65_536;

/** The text with links, where it stands; a review's own text cannot be changed, so the description is, as in Prow. */
async function edited(comment: GenericComment, keys: ReadonlySet<string>, url: string, view: View): Promise<Effect[]> {
  const linked = (text: string): string | null => {
    const body = withLinks(text, keys, url);
    return body === text || body.length > MOST_CHARACTERS ? null : body;
  };
  const { source, commentId } = comment;
  const body = linked(comment.body);
  if (body === null) return [];
  if (commentId !== null && (source === "issue_comment" || source === "pull_request_review_comment")) {
    return [{ kind: "editComment", to: { source, id: commentId }, body }];
  }
  const now = linked((await view.issue()).body);
  return now === null ? [] : [{ kind: "editIssue", changes: { body: now } }];
}

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  if (comment.action === "deleted") return nothing("the text was deleted");
  const { disabled_jira_projects: disabled } = view.config.settings.jira;
  const candidates = keysIn([comment.body, comment.issueTitle], disabled);
  if (candidates.length === 0) return nothing("it names no issue");
  if (comment.action === "edited" && (await isBot(view, comment.sender.login))) return nothing("the bot's own edit");
  const keys = new Set<string>();
  const effects: Effect[] = [];
  let url = "";
  for (const key of candidates) {
    const path = `${issuePath(key)}?fields=summary`;
    const answer = await get(view, path);
    if (answer.status === 0) return nothing("Jira cannot be reached, or the setting SERVICES does not name it");
    if (answer.status !== 200) continue;
    keys.add(key);
    url = trackerUrl(answer, path);
    effects.push(...(await remoteLink(key, comment, view)));
  }
  if (keys.size === 0) return nothing(`Jira shows no issue ${candidates.join(", ")}`);
  effects.push(...(await edited(comment, keys, url, view)));
  return { effects, why: `it names ${[...keys].join(", ")}` };
}

export const jira: Plugin = {
  name: "jira",
  help: {
    description:
      "The jira plugin turns keys of Jira issues into links, and links the issues in Jira to the pull requests and issues that name them.",
    commands: [],
    snippet: "jira:\n  disabled_jira_projects:\n  - ENTERPRISE",
    config: ({ settings }) => {
      const disabled = settings.jira.disabled_jira_projects;
      return disabled.length > 0
        ? `Keys of these projects stay as they are: ${disabled.join(", ")}.`
        : "All projects count.";
    },
  },
  comment,
};
