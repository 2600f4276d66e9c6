/** Pull requests that jobs ran for: how the newest commit of each stands, and the way to their pages. */
import type { JSX } from "preact";
import { Field } from "../parts/field.tsx";
import { Frame, signInHref } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { PersonLink, pullHref } from "../parts/links.tsx";
import { type JobState, StateMark, stateWord } from "../parts/state.tsx";
import { Ago } from "../parts/time.tsx";

export interface PullRow {
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  readonly author: string;
  /** When its newest run began. Milliseconds. */
  readonly at: number;
  /** Of each job's latest run on the newest commit. */
  readonly states: readonly JobState[];
}

export interface PullsPageProps extends Surroundings {
  readonly rows: readonly PullRow[];
  readonly filter: { readonly repo: string; readonly pull: string; readonly author: string };
  readonly problem: string | null;
  /** Path and query of the next page; null at the end. */
  readonly next: string | null;
  readonly newest: boolean;
  readonly github: string;
  readonly now: number;
}

/** What is worst comes first: it decides how the pull request stands. */
const WORST: readonly JobState[] = ["failure", "error", "aborted", "pending", "triggered", "scheduling", "success"];

const FIELDS = [
  { name: "repo", label: "Repository", hint: "org/repo", wide: true },
  { name: "pull", label: "Pull", hint: "number", numeric: true },
  { name: "author", label: "Author", hint: "login" },
] as const;

/** `2 Success, 1 Failure`. */
function counted(states: readonly JobState[]): string {
  const counts = Map.groupBy(states, (state) => state);
  return WORST.flatMap((state) => {
    const count = counts.get(state)?.length ?? 0;
    return count === 0 ? [] : [`${count} ${stateWord(state).toLowerCase()}`];
  }).join(", ");
}

export function PullsPage(props: PullsPageProps): JSX.Element {
  const { rows, filter, problem, next, newest, github, now, viewer } = props;
  return (
    <Frame {...props} title="Pull requests">
      <div class="title-row">
        <h1>Pull requests</h1>
        <p class="soft">
          With jobs of late.{" "}
          {viewer.login !== null && filter.author === "" && (
            <a href={`/pr?author=${encodeURIComponent(viewer.login)}`}>Only mine</a>
          )}
          {filter.author !== "" && <a href="/pr">Everybody’s</a>}
        </p>
      </div>
      <form class="filters" method="get" action="/pr" role="search" aria-label="Find a pull request">
        <div class="fields">
          {FIELDS.map((field) => (
            <Field key={field.name} {...field} value={filter[field.name]} />
          ))}
          <button class="button button-main" type="submit">
            Show
          </button>
        </div>
      </form>
      {problem !== null && (
        <p class="notice notice-failure" role="alert">
          {problem}
        </p>
      )}
      {problem === null && rows.length === 0 && <NoPulls {...props} />}
      {rows.length > 0 && <PullTable rows={rows} github={github} now={now} />}
      <nav class="pager" aria-label="Pages">
        {!newest && <a href="/pr">Newest</a>}
        {next !== null && (
          <a href={next} rel="next">
            Older pull requests
          </a>
        )}
      </nav>
    </Frame>
  );
}

function NoPulls({ filter, viewer, signIn, path }: PullsPageProps): JSX.Element {
  const filtered = Object.values(filter).some((value) => value !== "");
  return (
    <section class="card empty">
      <h2>{filtered ? "None like that" : "No pull request yet"}</h2>
      <p class="soft">
        {filtered ? (
          <>
            No job that you may see ran for such a pull request of late. <a href="/pr">Show all</a>
          </>
        ) : (
          <>
            A pull request stands here once a job has run for it: comment <code>/test all</code> on one.
          </>
        )}
        {viewer.login === null && signIn && (
          <>
            {" "}
            <a href={signInHref(path)}>Sign in</a> to see those of private repositories.
          </>
        )}
      </p>
    </section>
  );
}

function PullTable({ rows, github, now }: Pick<PullsPageProps, "rows" | "github" | "now">): JSX.Element {
  return (
    <table class="card jobs pulls">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Pull request</th>
          <th scope="col">Jobs</th>
          <th scope="col">Author</th>
          <th scope="col" class="number">
            Newest run
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ org, repo, number, author, at, states }) => (
          <tr key={`${org}/${repo}#${number}`}>
            <td class="cell-state">
              <StateMark state={WORST.find((state) => states.includes(state)) ?? "scheduling"} />
            </td>
            <td class="cell-job">
              <a class="job-name" href={pullHref(org, repo, number)}>
                {org}/{repo}#{number}
              </a>
            </td>
            <td class="cell-refs soft">{counted(states)}</td>
            <td class="cell-author">{author !== "" && <PersonLink github={github} login={author} />}</td>
            <td class="cell-started number soft">
              <Ago at={at} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
