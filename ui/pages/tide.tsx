/** Merge pools: what is merged next, what is tested, and why each pull request waits. */
import type { JSX } from "preact";
import type { PoolView } from "../../src/tide/view.ts";
import { Field } from "../parts/field.tsx";
import { Frame, signInHref } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Island } from "../parts/island.tsx";
import { Pools } from "../parts/pool.tsx";

export interface TidePageProps extends Surroundings {
  readonly pools: readonly PoolView[];
  /** `org/repo`, or empty for all. */
  readonly repo: string;
  readonly now: number;
}

export function TidePage(props: TidePageProps): JSX.Element {
  const { pools, repo, now, viewer } = props;
  const query = repo === "" ? "" : `?repo=${encodeURIComponent(repo)}`;
  const data = { pools, admin: viewer.admin, now, source: `/tide${query}` };
  return (
    <Frame {...props} title={repo === "" ? "Tide" : `Tide: ${repo}`}>
      <div class="title-row">
        <h1>Tide</h1>
        <p class="soft">
          {repo === "" ? "Branches that are merged to automatically." : `Merge pools of ${repo}.`}{" "}
          {repo !== "" && <a href="/tide">All pools</a>} <a href={`/tide-history${query}`}>History</a>
        </p>
      </div>
      <form class="filters" method="get" action="/tide" role="search" aria-label="Filter pools">
        <div class="fields">
          <Field name="repo" label="Repository" hint="org/repo" wide value={repo} />
          <button class="button button-main" type="submit">
            Show
          </button>
        </div>
      </form>
      {pools.length === 0 ? (
        <NoPools {...props} />
      ) : (
        <Island name="tide" data={data}>
          <Pools {...data} />
        </Island>
      )}
    </Frame>
  );
}

function NoPools({ repo, viewer, signIn, path }: TidePageProps): JSX.Element {
  return (
    <section class="card empty">
      <h2>No merge pool</h2>
      <p class="soft">
        {repo === "" ? "" : `Of ${repo} there is none that you may see. `}A pool comes to life with the first event on a
        branch that a query of <code>tide:</code> in config.yaml covers.
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
