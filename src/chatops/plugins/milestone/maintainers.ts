/** Who maintains milestones, and what they are told who do not (spec chatops 2.11). */
import type { RepoConfig } from "../../../config/model.ts";
import type { CommandTable } from "../../commands.ts";
import type { Effect } from "../../effects.ts";
import type { GenericComment } from "../../events.ts";
import { answered, reply } from "../../messages.ts";
import { notMilestoneMaintainer } from "../../messages-state.ts";
import type { Permission } from "../../permissions.ts";
import type { View } from "../../plugin.ts";

const maintainers: Permission = {
  who: "Members of the milestone maintainers' team",
  check: async (login, view) => ({ trusted: await isMaintainer(login, view), checked: ["milestone maintainers"] }),
};

async function isMaintainer(login: string, view: View): Promise<boolean> {
  const { maintainers_team, maintainers_id } = view.config.settings.repo_milestone;
  if (maintainers_team !== "") return await view.isTeamMember(view.repository.owner, maintainers_team, login);
  if (maintainers_id === 0) return false;
  const members = await view.teamMembersById(maintainers_id);
  return members.some((one) => one.toLowerCase() === login.toLowerCase());
}

/** A table with one command that only they may say. */
export const command = (
  verb: string,
  usage: string,
  description: string,
  examples: readonly string[],
): CommandTable<string> => ({
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: [verb],
      exactCase: true,
      parse: (rest) => rest.trim() || null,
      who: maintainers,
      usage,
      description,
      examples,
    },
  ],
});

export const settings = ({ settings: { repo_milestone: of } }: RepoConfig): string =>
  of.maintainers_team !== "" || of.maintainers_id !== 0
    ? `Its maintainers are the team ${of.maintainers_team || of.maintainers_id} (${of.maintainers_friendly_name}).`
    : "No team maintains milestones here, so nobody may say these commands.";

export const snippet =
  'repo_milestone:\n  "":\n    maintainers_team: milestone-maintainers\n    maintainers_friendly_name: Release team';

/** The refusal of whoever is none of them; null for those who are. */
export async function refusalOf(comment: GenericComment, view: View): Promise<Effect | null> {
  if (await isMaintainer(comment.sender.login, view)) return null;
  const { maintainers_team, maintainers_friendly_name } = view.config.settings.repo_milestone;
  const text = notMilestoneMaintainer(maintainers_friendly_name, maintainers_team);
  return { kind: "comment", body: reply(answered(comment), view, text) };
}
