/** All runs of all commits of a pull request: a row for each job, a column for each commit, the newest first. */
import type { JSX } from "preact";
import type { JobRow } from "../../src/jobs/view.ts";
import { CommitLink } from "./links.tsx";
import { StateMark, stateWord } from "./state.tsx";
import { exact } from "./time.tsx";

interface Matrix {
  readonly commits: readonly { readonly sha: string; readonly row: JobRow }[];
  readonly jobs: readonly { readonly name: string; readonly runs: ReadonlyMap<string, readonly JobRow[]> }[];
}

/** `rows` newest first. */
export function matrixOf(rows: readonly JobRow[]): Matrix {
  const commits = new Map<string, JobRow>();
  const jobs = new Map<string, Map<string, JobRow[]>>();
  for (const row of rows) {
    if (!commits.has(row.headSha)) commits.set(row.headSha, row);
    const runs = jobs.get(row.job) ?? new Map<string, JobRow[]>();
    jobs.set(row.job, runs);
    runs.set(row.headSha, [...(runs.get(row.headSha) ?? []), row]);
  }
  return {
    commits: [...commits].map(([sha, row]) => ({ sha, row })),
    jobs: [...jobs].map(([name, runs]) => ({ name, runs })).sort((a, b) => a.name.localeCompare(b.name)),
  };
}

export function RunMatrix({
  rows,
  github,
}: {
  readonly rows: readonly JobRow[];
  readonly github: string;
}): JSX.Element {
  const { commits, jobs } = matrixOf(rows);
  return (
    <div class="card runs" role="region" aria-label="Runs by commit" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Job</th>
            {commits.map(({ sha, row }) => (
              <th scope="col" key={sha}>
                <CommitLink github={github} job={row} sha={sha} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {jobs.map(({ name, runs }) => (
            <tr key={name}>
              <th scope="row">
                <a href={`/job-history/${encodeURIComponent(name)}`}>{name}</a>
              </th>
              {commits.map(({ sha }) => (
                <td key={sha}>
                  {(runs.get(sha) ?? []).map((row) => (
                    <a href={`/jobs/${row.id}`} title={`${stateWord(row.state)}, ${exact(row.startTime)}`} key={row.id}>
                      <StateMark state={row.state} />
                    </a>
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
