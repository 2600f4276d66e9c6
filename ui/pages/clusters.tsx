/** Build clusters: who is connected, what waits, how much they can take. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Ago } from "../parts/time.tsx";

interface ShownCluster {
  readonly alias: string;
  readonly queued: number;
  readonly leased: number;
  readonly runners: readonly {
    readonly id: string;
    readonly executor: string;
    readonly capacity: number;
    readonly held: number;
    readonly lastSeen: number;
  }[];
  /** Whether a runner may connect at all. */
  readonly hasToken: boolean;
}

export interface ClustersPageProps extends Surroundings {
  readonly clusters: readonly ShownCluster[];
  readonly now: number;
}

export function ClustersPage(props: ClustersPageProps): JSX.Element {
  const { clusters, now } = props;
  return (
    <Frame {...props} title="Clusters">
      <div class="title-row">
        <h1>Clusters</h1>
        <p class="soft">Build clusters by their alias, with the runners that are connected.</p>
      </div>
      {clusters.length === 0 && (
        <section class="card empty">
          <h2>No cluster yet</h2>
          <p class="soft">Give a cluster a token with the setting RUNNER_TOKENS, and start a runner there.</p>
        </section>
      )}
      {clusters.map((cluster) => (
        <Cluster key={cluster.alias} cluster={cluster} now={now} />
      ))}
    </Frame>
  );
}

function Cluster({ cluster, now }: { readonly cluster: ShownCluster; readonly now: number }): JSX.Element {
  const { alias, queued, leased, runners, hasToken } = cluster;
  const capacity = runners.reduce((sum, runner) => sum + runner.capacity, 0);
  return (
    <section class="card" aria-labelledby={`cluster-${alias}`}>
      <div class="card-head">
        <h2 id={`cluster-${alias}`}>{alias}</h2>
        <a href={`/?cluster=${encodeURIComponent(alias)}`}>Its jobs</a>
      </div>
      <dl class="facts figures">
        <div>
          <dt>Runners</dt>
          <dd>{runners.length}</dd>
        </div>
        <div>
          <dt>Running</dt>
          <dd>
            {leased} of {capacity}
          </dd>
        </div>
        <div>
          <dt>Waiting</dt>
          <dd>{queued}</dd>
        </div>
      </dl>
      {runners.length === 0 ? (
        <p class="soft">
          {hasToken
            ? "No runner is connected: jobs for this cluster wait until one is."
            : "No runner can connect: the setting RUNNER_TOKENS has no token for this alias."}
        </p>
      ) : (
        <ul class="plain runners">
          {runners.map((runner) => (
            <li key={runner.id}>
              <b class="mono">{runner.id}</b>{" "}
              <span class="soft">
                {runner.executor}, {runner.held} of {runner.capacity} jobs, heard <Ago at={runner.lastSeen} now={now} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
