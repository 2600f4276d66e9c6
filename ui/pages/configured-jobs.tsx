/** Jobs as they are configured: which repositories have some, and each with its definition. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";

export interface ConfiguredJobRow {
  readonly name: string;
  readonly type: string;
  /** When it runs, in words. */
  readonly when: string;
  readonly cluster: string;
  readonly source: string;
  /** Its definition after defaults, as YAML. */
  readonly yaml: string;
}

export interface ConfiguredJobsPageProps extends Surroundings {
  /** Empty on the first page. */
  readonly org: string;
  readonly repo: string;
  /** `org/repo` of the repositories below; the page of one repository has none. */
  readonly repositories: readonly string[];
  /** By repository. Null: too many to show at once. */
  readonly jobs: readonly { readonly repository: string; readonly jobs: readonly ConfiguredJobRow[] }[] | null;
  /** Periodics that belong to no repository; on the first page only. */
  readonly periodics: readonly ConfiguredJobRow[];
}

export const configuredHref = (name: string): string =>
  `/configured-jobs/${name.split("/").map(encodeURIComponent).join("/")}`;

export function ConfiguredJobsPage(props: ConfiguredJobsPageProps): JSX.Element {
  const { org, repo, repositories, jobs, periodics } = props;
  const name = [org, repo].filter((part) => part !== "").join("/");
  const orgs = [...new Set(repositories.map((one) => one.slice(0, one.indexOf("/"))))];
  return (
    <Frame {...props} title={name === "" ? "Configured jobs" : `Configured jobs of ${name}`}>
      <div class="title-row">
        <h1>{name === "" ? "Configured jobs" : name}</h1>
        <p class="soft">
          {name === "" ? "By repository, as the configuration in use has them." : <a href="/configured-jobs">All</a>}
          {repo !== "" && (
            <>
              {" · "}
              <a href={configuredHref(org)}>{org}</a>
            </>
          )}
        </p>
      </div>
      {repositories.length === 0 && periodics.length === 0 && (jobs ?? []).every((one) => one.jobs.length === 0) && (
        <section class="card empty">
          <h2>No jobs</h2>
          <p class="soft">
            No job that you may see is configured here. Add one to the job configuration and push it, or sign in to see
            those of private repositories.
          </p>
        </section>
      )}
      {repo === "" &&
        orgs.map((owner) => (
          <section class="card" key={owner} aria-label={owner}>
            <h2>{org === "" ? <a href={configuredHref(owner)}>{owner}</a> : owner}</h2>
            <ul class="plain columns">
              {repositories
                .filter((one) => one.startsWith(`${owner}/`))
                .map((one) => (
                  <li key={one}>
                    <a href={configuredHref(one)}>{one.slice(owner.length + 1)}</a>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      {(jobs ?? []).map((one) => (
        <Jobs key={one.repository} title={repo === "" ? one.repository : ""} jobs={one.jobs} />
      ))}
      {periodics.length > 0 && <Jobs title="Periodics of no repository" jobs={periodics} />}
    </Frame>
  );
}

function Jobs({ title, jobs }: { readonly title: string; readonly jobs: readonly ConfiguredJobRow[] }): JSX.Element {
  return (
    <section class="card" aria-label={title === "" ? "Jobs" : title}>
      {title !== "" && <h2>{title}</h2>}
      <ul class="plain configured">
        {jobs.map((job) => (
          <li key={`${job.type} ${job.source}`}>
            <details>
              <summary>
                <b>{job.name}</b>{" "}
                <span class="soft small">
                  {job.type}, {job.when}, on {job.cluster}
                </span>
              </summary>
              <p class="small">
                <a href={`/job-history/${encodeURIComponent(job.name)}`}>History</a>{" "}
                <span class="soft">{job.source}</span>
              </p>
              <pre class="quote">{job.yaml}</pre>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
