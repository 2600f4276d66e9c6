/** `slackevents`: tells Slack of mentions of groups, and of merges by hand (spec chatops 2.34). */
import { ownValue } from "../../config/lookup.ts";
import { goRegExp } from "../../config/goregexp.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment, PushEvent } from "../events.ts";
import { slackMention, slackMergeWarning } from "../messages-slack.ts";
import { isBot } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

/** Fixed in Prow, whatever sigmention is told. */
const MENTION =
  "(?m)@kubernetes/sig-([\\w-]*)-(misc|test-failures|bugs|feature-requests|proposals|pr-reviews|api-reviews)";

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  if (comment.action !== "created") return nothing(`the text was ${comment.action}, only new text counts`);
  const channels = new Set(view.config.settings.slack.mentionchannels);
  const groups = goRegExp(MENTION)
    .all(comment.body)
    .map(([, group = ""]) => `sig-${group}`);
  const told = [...new Set(groups)].filter((group) => channels.has(group));
  if (told.length === 0) return nothing("it mentions no group that has a channel");
  if (await isBot(view, comment.author.login)) return nothing("the bot's own comment");
  const text = slackMention(comment);
  return { effects: told.map((channel) => ({ kind: "slack", channel, text })), why: `it mentions ${told.join(", ")}` };
}

async function push(event: PushEvent, view: View): Promise<Decision> {
  const { mergewarning } = view.config.settings.slack;
  if (!mergewarning) return nothing("nobody is to be warned of merges by hand");
  const branch = event.ref.replace(/^refs\/(?:heads|tags)\//, "");
  const exempt = new Set(
    [...mergewarning.exempt_users, ...(ownValue(mergewarning.exempt_branches, branch) ?? [])].map((login) =>
      login.toLowerCase(),
    ),
  );
  const who = [event.pusher, event.sender.login].find((login) => exempt.has(login.toLowerCase()));
  if (who !== undefined) return nothing(`${who} may push to ${branch}`);
  const text = slackMergeWarning(event, branch, view.repository);
  const effects = mergewarning.channels.map((channel): Effect => ({ kind: "slack", channel, text }));
  return { effects, why: `${event.pusher || event.sender.login} pushed to ${branch} by hand` };
}

export const slackevents: Plugin = {
  name: "slackevents",
  help: {
    description: "The slackevents plugin tells Slack of mentions of special interest groups, and of pushes by hand.",
    commands: [],
    snippet: [
      "slack:",
      "  mentionchannels: [sig-testing]",
      "  mergewarnings:",
      "  - repos: [org/repo]",
      "    channels: [ci-alerts]",
      "    exempt_users: [my-merge-robot]",
      "    exempt_branches:",
      "      release-1.2: [release-manager]",
    ].join("\n"),
    config: ({ settings: { slack } }) => {
      const warned = slack.mergewarning?.channels.join(", ");
      return warned ? `Pushes by hand are told to ${warned}.` : "Pushes by hand are told to nobody.";
    },
  },
  comment,
  push,
};
