/** The door to GitHub. */
export { type ClientOptions, type GitHubAnswer, type GitHubClient, githubClient } from "./client.ts";
export { GitHubError } from "./errors.ts";
