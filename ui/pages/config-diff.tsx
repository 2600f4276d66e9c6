/** A candidate configuration beside the one in use: which recorded deliveries would have led to something else. */
import type { JSX } from "preact";
import type { ReplayView } from "../../src/chatops/view.ts";
import { capital, effectWords } from "../parts/effect.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Problems } from "../parts/problems.tsx";
import type { ConfigProblem } from "../parts/problems.tsx";

export interface ConfigDiffPageProps extends Surroundings {
  readonly load: { readonly state: string; readonly problems: readonly ConfigProblem[] } | null;
  readonly results: readonly ReplayView[];
}

const differs = ({ only, more }: ReplayView): boolean => only.length + more.length > 0;

export function ConfigDiffPage(props: ConfigDiffPageProps): JSX.Element {
  const { load, results } = props;
  const replayed = results.filter(({ skipped }) => skipped === "");
  const different = replayed.filter(differs);
  return (
    <Frame {...props} title="Configuration compared">
      <div class="title-row">
        <h1>A candidate compared</h1>
        <p class="soft">{verdictWords(load?.state ?? "")}</p>
      </div>
      <section class="card">
        <p>
          {replayed.length} deliveries replayed, {different.length} would differ, {results.length - replayed.length}{" "}
          could not be replayed.
        </p>
        <Problems list={load?.problems ?? []} />
      </section>
      {different.map((result) => (
        <section class="card" key={result.guid}>
          <div class="card-head">
            <h2>
              {result.event} <span class="soft">{result.subject}</span>
            </h2>
            <a class="small" href={`/deliveries/${encodeURIComponent(result.guid)}`}>
              what was done then
            </a>
          </div>
          <Side title="Only with the configuration in use" effects={result.only} />
          <Side title="Only with the candidate" effects={result.more} />
          {result.failures.map((failure) => (
            <p class="soft small" key={failure}>
              {failure}
            </p>
          ))}
        </section>
      ))}
    </Frame>
  );
}

function verdictWords(state: string): string {
  if (state === "current") return "It is sound, and not in use.";
  return state === "loading" ? "It is being loaded." : "It was refused.";
}

function Side({
  title,
  effects,
}: {
  readonly title: string;
  readonly effects: ReplayView["only"];
}): JSX.Element | null {
  if (effects.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="plain">
        {effects.map(({ effect, cause }, index) => (
          <li key={index}>
            <b>{capital(effectWords(effect))}</b> <span class="soft">{jobWords(effect)}</span>{" "}
            <span class="soft">
              because of {cause.rule} ({cause.plugin})
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function jobWords(effect: ReplayView["only"][number]["effect"]): string {
  return effect.kind === "startJobs" || effect.kind === "recordJobs"
    ? effect.jobs.map(({ spec }) => spec.job).join(", ")
    : "";
}
