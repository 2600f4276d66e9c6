/** Every operation that the sandbox serves, with GitHub's own method and path template as its name. */
import { apps } from "./apps.ts";
import { checks } from "./checks.ts";
import { comments } from "./comments.ts";
import { commits } from "./commits.ts";
import { contents } from "./contents.ts";
import { gitData } from "./git.ts";
import { issueEvents } from "./issue-events.ts";
import { issues } from "./issues.ts";
import { labels } from "./labels.ts";
import { orgs } from "./orgs.ts";
import { pulls } from "./pulls.ts";
import { repos } from "./repos.ts";
import { reviewComments } from "./review-comments.ts";
import { reviews } from "./reviews.ts";
import type { Routes } from "./route.ts";
import { search } from "./search.ts";

export const routes: Routes = {
  ...apps,
  ...checks,
  ...comments,
  ...commits,
  ...contents,
  ...gitData,
  ...issueEvents,
  ...issues,
  ...labels,
  ...orgs,
  ...pulls,
  ...repos,
  ...reviewComments,
  ...reviews,
  ...search,
};
