/** The door to GitHub. */
export { flushUsage } from "./budget.ts";
export { type GitHubClient, githubClient } from "./client.ts";
export { GitHubError } from "./errors.ts";
export { isScarce } from "./rate.ts";
