/** One pull request or issue: what came in, what was done, its jobs, and what would happen if somebody said something. */
import type { JSX } from "preact";
import type { DeliveryRow, EffectView, PluginRun } from "../../src/chatops/view.ts";
import type { JobRow } from "../../src/jobs/view.ts";
import { EffectMark } from "../parts/delivery-mark.tsx";
import { DeliveryTable } from "../parts/delivery-table.tsx";
import { capital, EffectDetail, effectWords } from "../parts/effect.tsx";
import { Frame, signInHref } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { JobTable } from "../parts/job-table.tsx";
import { type MergeAnswer, MergePanel } from "../parts/merge-panel.tsx";
import { PersonLink, pullHref } from "../parts/links.tsx";
import { RunMatrix } from "../parts/run-matrix.tsx";
import { RunStep } from "../parts/run-step.tsx";
import { Ago } from "../parts/time.tsx";

type Effect = EffectView["effect"];

/** With times and authors; the matrix above has them all. */
const JOBS_LISTED = 25;

interface Subject {
  readonly title: string;
  readonly author: string;
  readonly state: string;
  readonly labels: readonly string[];
  readonly isPullRequest: boolean;
  /** When a webhook told so. Milliseconds. */
  readonly at: number;
}

interface Answer {
  readonly as: string;
  readonly comment: string;
  readonly configVersion: string;
  readonly summary: string;
  readonly runs: readonly PluginRun[];
  readonly effects: readonly { readonly effect: Effect; readonly cause: EffectView["cause"] }[];
}

export interface PullPageProps extends Surroundings {
  readonly org: string;
  readonly repo: string;
  readonly number: number;
  /** Null when no webhook of late tells. */
  readonly subject: Subject | null;
  /** Null: no merge pool has it. */
  readonly merge: MergeAnswer | null;
  readonly deliveries: readonly DeliveryRow[];
  readonly jobs: readonly JobRow[];
  /** Of the newest deliveries. */
  readonly effects: readonly EffectView[];
  /** Of the comment that the form asked about. */
  readonly explanation: Answer | null;
  readonly mayAsk: boolean;
  /** Whether the form may name somebody else. */
  readonly mayTryOn: boolean;
  readonly github: string;
  readonly now: number;
}

export function PullPage(props: PullPageProps): JSX.Element {
  const { org, repo, number, subject, deliveries, jobs, effects, github, now } = props;
  const name = `${org}/${repo}#${number}`;
  const at = `${github}/${encodeURIComponent(org)}/${encodeURIComponent(repo)}/issues/${number}`;
  return (
    <Frame {...props} title={name}>
      <div class="job-head">
        <div class="job-title">
          <h1>{subject?.title ?? name}</h1>
          <p class="soft">
            <a href={at}>{name}</a>
            {subject && (
              <>
                {" "}
                by <PersonLink github={github} login={subject.author} />, {subject.state} as of{" "}
                <Ago at={subject.at} now={now} />
              </>
            )}
          </p>
          {subject && subject.labels.length > 0 && (
            <p class="tags" aria-label="Labels">
              {subject.labels.map((label) => (
                <span class="tag" key={label}>
                  {label}
                </span>
              ))}
            </p>
          )}
        </div>
      </div>
      {props.merge && <MergePanel answer={props.merge} now={now} />}
      {jobs.length > 0 && (
        <section class="part" aria-labelledby="jobs">
          <h2 id="jobs">Jobs</h2>
          <RunMatrix rows={jobs} github={github} />
          <JobTable rows={jobs.slice(0, JOBS_LISTED)} github={github} now={now} />
        </section>
      )}
      <Simulation {...props} />
      <section class="card" aria-labelledby="effects">
        <div class="card-head">
          <h2 id="effects">What was done of late</h2>
        </div>
        {effects.length === 0 ? <p class="soft">Nothing.</p> : <Done effects={effects} />}
      </section>
      {deliveries.length > 0 && (
        <section class="part" aria-labelledby="deliveries">
          <h2 id="deliveries">Deliveries</h2>
          <DeliveryTable rows={deliveries} now={now} />
        </section>
      )}
    </Frame>
  );
}

function Done({ effects }: Pick<PullPageProps, "effects">): JSX.Element {
  return (
    <ol class="steps">
      {effects.map((row) => (
        <li key={`${row.cause.delivery} ${row.id}`}>
          <EffectMark state={row.state} />
          <p>
            <b>{capital(effectWords(row.effect))}</b>{" "}
            <a class="soft" href={`/deliveries/${encodeURIComponent(row.cause.delivery)}`}>
              because of {row.cause.rule} ({row.cause.plugin})
            </a>
          </p>
        </li>
      ))}
    </ol>
  );
}

function Simulation(props: PullPageProps): JSX.Element {
  const { org, repo, number, explanation, mayAsk, mayTryOn, signIn, path } = props;
  return (
    <section class="card" aria-labelledby="simulate">
      <div class="card-head">
        <h2 id="simulate">What would happen if somebody said …</h2>
      </div>
      {mayAsk ? (
        <form class="say" method="post" action={`${pullHref(org, repo, number)}#simulate`}>
          <label class="field field-text">
            <span>Comment</span>
            <textarea name="comment" rows={3} maxLength={65_536} placeholder="/lgtm" required spellcheck={false}>
              {explanation?.comment ?? ""}
            </textarea>
          </label>
          {mayTryOn && (
            <label class="field field-wide">
              <span>Said by</span>
              <input
                name="as"
                value={explanation?.as ?? ""}
                placeholder="login"
                autocomplete="off"
                spellcheck={false}
                maxLength={60}
              />
            </label>
          )}
          <button class="button button-main" type="submit">
            Simulate
          </button>
          <p class="soft small">Nothing is said, changed or started.</p>
        </form>
      ) : (
        <p class="soft">
          {signIn ? <a href={signInHref(path)}>Sign in</a> : "Sign in"} to try a comment without making it.
        </p>
      )}
      {explanation !== null && <Outcome answer={explanation} />}
    </section>
  );
}

function Outcome({ answer }: { readonly answer: Answer }): JSX.Element {
  const { as, summary, effects, runs } = answer;
  return (
    <div class="outcome" role="status">
      <p class="notice">
        If {as} said this: {summary}
      </p>
      <h3>What would be done</h3>
      {effects.length === 0 ? (
        <p class="soft">Nothing.</p>
      ) : (
        <ol class="plain">
          {effects.map(({ effect, cause }, index) => (
            <li key={index}>
              <p>
                <b>{capital(effectWords(effect))}</b>{" "}
                <span class="soft">
                  because of {cause.rule} ({cause.plugin})
                </span>
              </p>
              <Detail effect={effect} />
            </li>
          ))}
        </ol>
      )}
      <h3>Who would look at it</h3>
      <ol class="steps">
        {runs.map((run, index) => (
          <RunStep key={index} run={run} />
        ))}
      </ol>
    </div>
  );
}

/** Jobs that do not exist are named, not linked. */
function Detail({ effect }: { readonly effect: Effect }): JSX.Element | null {
  if (effect.kind !== "startJobs" && effect.kind !== "recordJobs") return <EffectDetail effect={effect} />;
  return <p class="soft">{effect.jobs.map((job) => job.spec.job).join(", ")}</p>;
}
