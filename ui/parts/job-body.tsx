/** What the job page says of a job above its log. */
import type { ComponentChildren, JSX } from "preact";
import type { ArtifactRow, JobView, PodView } from "../../src/jobs/view.ts";
import { Icon } from "./icons.tsx";
import { CommitLink, PersonLink, pullHref, RefsLink } from "./links.tsx";
import { PodDetails } from "./pod-details.tsx";
import { isOver, StateMark } from "./state.tsx";
import { Ago, duration, exact, Moment, size } from "./time.tsx";

export interface JobData {
  readonly job: JobView;
  readonly artifacts: readonly ArtifactRow[];
  /** Whether there are more artifacts than these. */
  readonly moreArtifacts: boolean;
  /** Null: there is no podinfo.json, or not yet. */
  readonly pod: PodView | null;
  /** What the viewer may do, as far as it is known without asking GitHub; the server decides when it is done. */
  readonly actions: { readonly rerun: boolean; readonly abort: boolean };
  readonly github: string;
  /** Milliseconds. */
  readonly now: number;
}

export function JobBody(props: JobData): JSX.Element {
  const { job, now } = props;
  const over = isOver(job.state, job.completionTime);
  return (
    <>
      <JobHead {...props} over={over} />
      <div class="job-cards">
        <Timeline job={job} over={over} now={now} />
        <Facts {...props} over={over} />
        <Artifacts {...props} over={over} />
      </div>
      {props.pod && <PodDetails pod={props.pod} />}
    </>
  );
}

type WithOver = JobData & { readonly over: boolean };

function JobHead({ job, actions, github, over }: WithOver): JSX.Element {
  return (
    <div class="job-head">
      <div class="job-title">
        <StateMark state={job.state} big />
        <h1>{job.job}</h1>
        <p class="soft">
          {job.type} for <RefsLink github={github} job={job} />
          {job.title !== "" && <span> · {job.title}</span>}
          {job.author !== "" && (
            <span>
              {" "}
              by <PersonLink github={github} login={job.author} />
            </span>
          )}
        </p>
        {isNews(job) && <p>{job.description}</p>}
      </div>
      <div class="job-actions">
        {actions.abort && !over && <Action id={job.id} verb="abort" icon="stop" text="Abort" />}
        {actions.rerun && <Action id={job.id} verb="rerun" icon="rerun" text="Run again" />}
      </div>
    </div>
  );
}

/** A job that runs still has the description of its start: the state above says more. */
const isNews = ({ state, description }: JobView): boolean =>
  description !== "" && !(state === "pending" && description === "Job triggered.");

interface ActionProps {
  readonly id: string;
  readonly verb: "abort" | "rerun";
  readonly icon: "stop" | "rerun";
  readonly text: string;
}

function Action({ id, verb, icon, text }: ActionProps): JSX.Element {
  return (
    <form method="post" action={`/api/jobs/${id}/${verb}`}>
      <button class={verb === "rerun" ? "button button-main" : "button"} type="submit">
        <Icon name={icon} /> {text}
      </button>
    </form>
  );
}

function Timeline({
  job,
  over,
  now,
}: {
  readonly job: JobView;
  readonly over: boolean;
  readonly now: number;
}): JSX.Element {
  const end = over ? (job.completionTime ?? job.timeline.at(-1)?.at ?? job.startTime) : now;
  return (
    <section class="card" aria-labelledby="timeline">
      <div class="card-head">
        <h2 id="timeline">Timeline</h2>
        <span class="soft small number">{duration(end - job.startTime)} in all</span>
      </div>
      <ol class="timeline">
        {job.timeline.map((entry, index) => {
          const next = job.timeline[index + 1]?.at ?? end;
          const last = index === job.timeline.length - 1;
          const told = entry.detail === "" || entry.detail === job.timeline[index - 1]?.detail;
          return (
            <li key={`${entry.at} ${index}`} class={last ? `last state-${job.state}` : undefined}>
              <span>{entry.what}</span>
              <time class="soft small" dateTime={new Date(entry.at).toISOString()} title={exact(entry.at)}>
                {last && over ? exact(entry.at).slice(11, 19) : duration(next - entry.at)}
              </time>
              {!told && <span class="soft small detail">{entry.detail}</span>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Facts({ job, github, over, now }: WithOver): JSX.Element {
  return (
    <section class="card" aria-labelledby="facts">
      <div class="card-head">
        <h2 id="facts">Facts</h2>
      </div>
      <dl class="facts">
        <Fact name="Started">
          <Moment at={job.startTime} />{" "}
          <span class="soft">
            (<Ago at={job.startTime} now={now} />)
          </span>
        </Fact>
        {over && job.completionTime !== null && (
          <Fact name="Ended">
            <Moment at={job.completionTime} />
          </Fact>
        )}
        {job.org !== "" && job.headSha !== "" && (
          <Fact name="Commit">
            <CommitLink github={github} job={job} sha={job.headSha} />
            {job.baseSha !== "" && job.baseSha !== job.headSha && (
              <span class="soft">
                {" "}
                on {job.baseRef} <CommitLink github={github} job={job} sha={job.baseSha} />
              </span>
            )}
          </Fact>
        )}
        {job.context !== "" && (
          <Fact name="Context">
            {job.context}
            {job.optional && <span class="tag">optional</span>}
          </Fact>
        )}
        {job.rerunCommand !== "" && (
          <Fact name="Rerun">
            <code>{job.rerunCommand}</code>
          </Fact>
        )}
        {job.buildId !== "" && (
          <Fact name="Build">
            <span class="mono">{job.buildId}</span>
            {job.attempt > 1 && <span class="tag">attempt {job.attempt}</span>}
          </Fact>
        )}
        <Fact name="Cluster">
          {job.cluster}
          {job.runner !== "" && <span class="soft"> · {job.runner}</span>}
          {job.node !== "" && job.node !== job.runner && <span class="soft"> · {job.node}</span>}
        </Fact>
        {job.deliveryGuid !== "" && (
          <Fact name="Cause">
            <a href={`/deliveries/${job.deliveryGuid}`}>webhook delivery</a>
          </Fact>
        )}
        {job.pull !== null && (
          <Fact name="Pull">
            <a href={pullHref(job.org, job.repo, job.pull)}>runs of all its commits</a>
          </Fact>
        )}
        <Fact name="History">
          <a href={`/job-history/${encodeURIComponent(job.job)}`}>runs of this job</a>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Artifacts({ job, artifacts, moreArtifacts, over }: WithOver): JSX.Element {
  return (
    <section class="card" aria-labelledby="artifacts">
      <div class="card-head">
        <h2 id="artifacts">Artifacts</h2>
        {artifacts.length > 0 && (
          <span class="soft small">
            {artifacts.length}
            {moreArtifacts && "+"}
          </span>
        )}
      </div>
      {artifacts.length === 0 ? (
        <p class="soft">{over ? "This job left no artifacts." : "None yet: they arrive as the job ends."}</p>
      ) : (
        <ul class="artifacts">
          {artifacts.map((artifact) => (
            <li key={artifact.path}>
              <Icon name="file" />
              <a href={`/jobs/${job.id}/artifacts/${artifact.path.split("/").map(encodeURIComponent).join("/")}`}>
                {artifact.path}
              </a>
              <span class="soft small number">{size(artifact.size)}</span>
            </li>
          ))}
        </ul>
      )}
      {moreArtifacts && <p class="soft small">Only the first {artifacts.length} are listed.</p>}
    </section>
  );
}
