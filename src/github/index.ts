/** The door to GitHub. */
export { type GitHubClient, githubClient } from "./client.ts";
export { GitHubError } from "./errors.ts";
