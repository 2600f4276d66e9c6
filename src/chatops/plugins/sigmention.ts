/** `sigmention`: a mention of a group's team sets the group's label (spec chatops 2.31). */
import { goRegExp } from "../../config/goregexp.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply, repeatedMentions } from "../messages.ts";
import { hasLabel, isBot } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

const KINDS: ReadonlyMap<string, string> = new Map([
  ["bugs", "kind/bug"],
  ["feature-requests", "kind/feature"],
  ["api-reviews", "kind/api-change"],
  ["proposals", "kind/design"],
]);

/** Mentions count wherever they stand, as GitHub's own notifications do: in quotes and code, too. */
async function comment(comment: GenericComment, view: View): Promise<Decision> {
  if (comment.action !== "created") return nothing(`the text was ${comment.action}, only new text counts`);
  const found = goRegExp(view.config.settings.sigmention.regexp).all(comment.body);
  if (found.length === 0) return nothing("it mentions no group");
  if (await isBot(view, comment.author.login)) return nothing("the bot's own comment");
  const repoLabels = await view.repoLabels();
  const labels = await view.labels();
  const known = found.filter(([, group = ""]) => hasLabel(repoLabels, `sig/${group.toLowerCase()}`));
  if (known.length === 0) return nothing("the repository has no label of these groups");
  const wanted = new Set(
    known.flatMap(([, group = "", kind = ""]) => {
      const of = KINDS.get(kind);
      return [`sig/${group.toLowerCase()}`, ...(of && hasLabel(repoLabels, of) ? [of] : [])];
    }),
  );
  const effects: Effect[] = [...wanted]
    .filter((label) => !hasLabel(labels, label))
    .map((label) => ({ kind: "addLabel", label }));
  const member = await view.isMember(view.repository.owner, comment.sender.login);
  if (!member) {
    const mentions = [...new Set(known.map(([whole = ""]) => whole))];
    effects.push({ kind: "comment", body: reply(answered(comment), view, repeatedMentions(mentions)) });
  }
  return { effects, why: `it mentions ${known.map(([whole = ""]) => whole).join(", ")}` };
}

export const sigmention: Plugin = {
  name: "sigmention",
  help: {
    description:
      "The sigmention plugin labels what mentions a special interest group's team, and repeats the mention of people whose mentions notify nobody.",
    commands: [
      {
        usage: "@<org>/sig-<group>-<topic>",
        description: "Adds the group's label, and that of the kind that the topic stands for.",
        examples: ["@kubernetes/sig-testing-bugs", "@kubernetes/sig-node-feature-requests"],
        whoCanUse: "Anyone; mentions by people outside of the organisation are repeated by the bot",
        featured: false,
      },
    ],
    snippet: 'sigmention:\n  regexp: "(?m)@my-org/sig-([\\\\w-]*)-(misc|bugs)"',
    config: ({ settings }) => `A mention is what matches ${settings.sigmention.regexp}.`,
  },
  comment,
};
