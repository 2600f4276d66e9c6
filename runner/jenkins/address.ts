/** Which Jenkins job a ProwJob means. Pure. */
import type { ProwJobSpec } from "../../src/jobs/prowjob.ts";

/**
 * Path below the Jenkins' address, without a slash at its end: folders of a name become `/job/<folder>/job/<name>`. With
 * `jenkins_spec.github_branch_source_job` it is the multibranch project's job of the pull request, or of the base branch.
 */
export function jobPath(spec: Pick<ProwJobSpec, "job" | "jenkins_spec" | "refs">): string {
  const project = projectPath(spec);
  if (spec.jenkins_spec?.["github_branch_source_job"] !== true || !spec.refs) return project;
  const pull = spec.refs.pulls?.[0];
  const branch = pull ? `PR-${pull.number}` : (spec.refs.base_ref ?? "");
  // Jenkins names the job of a branch with its slashes escaped once, and its URL escapes that again.
  return `${project}/job/${encodeURIComponent(pull ? branch : encodeURIComponent(branch))}`;
}

/** The job of the name itself: for a branch source job, the project whose scan makes the branches' jobs. */
export function projectPath(spec: Pick<ProwJobSpec, "job">): string {
  return spec.job
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .map((part) => `/job/${encodeURIComponent(part)}`)
    .join("");
}
