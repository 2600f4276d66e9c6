/** Who may say /lgtm (spec chatops 2.3, behaviour 2 and 3). */
import type { Permission } from "../../permissions.ts";
import type { ChangedFile, View } from "../../plugin.ts";

/**
 * Collaborators; or, where `owners.skip_collaborators` names the repository, approvers and reviewers of every changed file
 * that somebody owns, and of at least one. (Prow asks for one file only: then a change to somebody's own folder opens
 * everybody else's.)
 */
export const mayReview: Permission = {
  who: "Collaborators of the repository; with skip_collaborators, approvers and reviewers of all changed files",
  check: async (login, view) => {
    if (!view.config.owners.skip_collaborators) {
      return { trusted: await view.isCollaborator(login), checked: ["collaborator"] };
    }
    const foreign = await filesOfOthers(login, view);
    return { trusted: foreign !== null && foreign.length === 0, checked: foreign ?? [] };
  },
};

/** Changed files that others own and the user does not; null when the user owns none at all. */
async function filesOfOthers(login: string, view: View): Promise<readonly string[] | null> {
  const { base } = await view.pullRequest();
  const [owners, files] = await Promise.all([view.owners(base.sha), view.files()]);
  const user = login.toLowerCase();
  const foreign: string[] = [];
  let owned = 0;
  for (const path of new Set(files.flatMap(pathsOf))) {
    const approvers = owners.approvers(path);
    const reviewers = owners.reviewers(path);
    if (approvers.has(user) || reviewers.has(user)) owned += 1;
    else if (approvers.size + reviewers.size > 0) foreign.push(path);
  }
  return owned > 0 ? foreign : null;
}

/** Both sides of a rename count. */
function pathsOf(file: ChangedFile): readonly string[] {
  return file.previousFilename === null ? [file.filename] : [file.filename, file.previousFilename];
}
