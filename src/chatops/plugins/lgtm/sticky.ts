/** Authors whose pushes keep the label (spec chatops 2.3, trusted_team_for_sticky_lgtm). */
import type { View } from "../../plugin.ts";

/** Whether an author is in the configured team. When GitHub does not tell, nobody is: a label too few is the safe side. */
export async function isSticky(author: string, view: View): Promise<boolean> {
  const team = view.config.lgtm.trusted_team_for_sticky_lgtm;
  if (!team) return false;
  try {
    return await view.isMemberOfTeamNamed(view.repository.owner, team, author);
  } catch {
    return false;
  }
}
