/** Links to what a job tests, at GitHub. */
import type { JSX } from "preact";

interface Tested {
  readonly org: string;
  readonly repo: string;
  readonly pull: number | null;
  readonly baseRef: string;
}

/** `org/repo#5`, `org/repo@main`, or nothing for a job without a repository. */
export function RefsLink({ github, job }: { readonly github: string; readonly job: Tested }): JSX.Element {
  if (job.org === "") return <span class="soft">no repository</span>;
  const repository = `${github}/${encodeURIComponent(job.org)}/${encodeURIComponent(job.repo)}`;
  const [href, suffix] =
    job.pull === null
      ? [`${repository}/tree/${encodeURIComponent(job.baseRef)}`, job.baseRef === "" ? "" : `@${job.baseRef}`]
      : [`${repository}/pull/${job.pull}`, `#${job.pull}`];
  return (
    <a href={job.baseRef === "" && job.pull === null ? repository : href}>
      {job.org}/{job.repo}
      {suffix}
    </a>
  );
}

/** Our own page of an issue or pull request. */
export const pullHref = (org: string, repo: string, number: number): string =>
  `/pr/${encodeURIComponent(org)}/${encodeURIComponent(repo)}/${number}`;

export function CommitLink({
  github,
  job,
  sha,
}: {
  readonly github: string;
  readonly job: Tested;
  readonly sha: string;
}): JSX.Element {
  const href = `${github}/${encodeURIComponent(job.org)}/${encodeURIComponent(job.repo)}/commit/${encodeURIComponent(sha)}`;
  return (
    <a class="mono" href={href} title={sha}>
      {sha.slice(0, 10)}
    </a>
  );
}

export function PersonLink({ github, login }: { readonly github: string; readonly login: string }): JSX.Element {
  return <a href={`${github}/${encodeURIComponent(login)}`}>{login}</a>;
}
