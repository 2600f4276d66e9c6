/** The first words to somebody whom the repository does not trust yet (spec chatops 2.1.4). */
import type { Account } from "../../events.ts";
import { welcomeMessage } from "../../messages.ts";
import type { View } from "../../plugin.ts";

/** The welcome comment; who has merged enough pull requests in the organisation is invited to join it prominently. */
export async function welcome(author: Account, view: View): Promise<string> {
  const { join_org_url, org_invite, ignore_ok_to_test } = view.config.trigger;
  const joinUrl = join_org_url || `${view.config.prow.link_url}/orgs/${view.repository.owner}/people`;
  const prominent = await isRepeatContributor(author, view);
  return welcomeMessage(author.login, view, {
    joinUrl,
    ignoresOkToTest: ignore_ok_to_test,
    callOut: prominent ? org_invite.prominent.message : null,
  });
}

async function isRepeatContributor(author: Account, view: View): Promise<boolean> {
  const { disabled, merged_pr_threshold } = view.config.trigger.org_invite.prominent;
  if (disabled || author.type === "Bot") return false;
  try {
    return (await view.mergedPullRequests(view.repository.owner, author.login)) >= merged_pr_threshold;
  } catch {
    // The call-out is a courtesy: without an answer the plain text serves.
    return false;
  }
}
