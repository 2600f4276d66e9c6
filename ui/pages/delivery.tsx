/** One webhook delivery: what the bot did about it and why, or why it did nothing. */
import type { JSX } from "preact";
import type { DeliveryView, EffectView, ForwardView } from "../../src/chatops/view.ts";
import { DeliveryMark, EffectMark } from "../parts/delivery-mark.tsx";
import { capital, EffectDetail, effectWords } from "../parts/effect.tsx";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Icon } from "../parts/icons.tsx";
import { RunStep } from "../parts/run-step.tsx";
import { Ago, duration, Moment } from "../parts/time.tsx";

export interface DeliveryPageProps extends Surroundings {
  readonly delivery: DeliveryView;
  readonly github: string;
  /** Administrators may have it handled once more. */
  readonly mayRedeliver: boolean;
  readonly now: number;
}

export function DeliveryPage(props: DeliveryPageProps): JSX.Element {
  const { delivery, mayRedeliver, now } = props;
  const name = delivery.action === "" ? delivery.event : `${delivery.event}.${delivery.action}`;
  return (
    <Frame {...props} title={`${name} ${delivery.guid}`}>
      <div class="job-head">
        <div class="job-title">
          <DeliveryMark state={delivery.state} />
          <h1>{name}</h1>
          <p class="soft">
            <Subject {...props} /> by {delivery.sender} · <Ago at={delivery.receivedAt} now={now} />
          </p>
          <p>{delivery.summary}</p>
        </div>
        {mayRedeliver && (
          <form
            class="job-actions"
            method="post"
            action={`/api/deliveries/${encodeURIComponent(delivery.guid)}/redeliver`}
          >
            <button class="button" type="submit">
              <Icon name="rerun" /> Handle again
            </button>
          </form>
        )}
      </div>
      <Effects list={delivery.effectList} now={now} />
      <Forwards list={delivery.forwards} now={now} />
      <Runs delivery={delivery} />
      <details class="card fold">
        <summary>Details and payload</summary>
        <dl class="facts">
          <div>
            <dt>Delivery</dt>
            <dd class="mono">{delivery.guid}</dd>
          </div>
          <div>
            <dt>Received</dt>
            <dd>
              <Moment at={delivery.receivedAt} />
              {delivery.attempt > 1 && <span class="tag">attempt {delivery.attempt}</span>}
            </dd>
          </div>
          {delivery.handledAt !== null && (
            <div>
              <dt>Handled</dt>
              <dd>
                <Moment at={delivery.handledAt} />{" "}
                <span class="soft">after {duration(delivery.handledAt - delivery.receivedAt)}</span>
              </dd>
            </div>
          )}
          {delivery.configVersion !== "" && (
            <div>
              <dt>Configuration</dt>
              <dd class="mono">{delivery.configVersion}</dd>
            </div>
          )}
        </dl>
        <pre class="payload">{pretty(delivery.payload)}</pre>
      </details>
    </Frame>
  );
}

function Subject({ delivery, github }: DeliveryPageProps): JSX.Element {
  const repository = delivery.repo === "" ? delivery.org : `${delivery.org}/${delivery.repo}`;
  const path = delivery.number > 0 ? `/issues/${delivery.number}` : "";
  return (
    <a href={`${github}/${repository.split("/").map(encodeURIComponent).join("/")}${path}`}>
      {repository}
      {delivery.number > 0 && `#${delivery.number}`}
    </a>
  );
}

function Effects({ list, now }: { readonly list: readonly EffectView[]; readonly now: number }): JSX.Element {
  return (
    <section class="card" aria-labelledby="effects">
      <div class="card-head">
        <h2 id="effects">What was done</h2>
      </div>
      {list.length === 0 ? (
        <p class="soft">Nothing: no plugin found anything to do. Their reasons stand below.</p>
      ) : (
        <ol class="steps">
          {list.map((row) => (
            <li key={row.id}>
              <EffectMark state={row.state} />
              <div>
                <p>
                  <b>{capital(effectWords(row.effect))}</b>{" "}
                  <span class="soft">
                    because of {row.cause.rule} ({row.cause.plugin}){actorWords(row.cause.actor)}
                  </span>
                </p>
                <EffectDetail effect={row.effect} />
                {row.answer !== "" && <p class="soft small">GitHub: {row.answer}</p>}
                <Tries {...row} now={now} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** `sending` and not sent yet look alike: both are on their way. */
function Forwards({ list, now }: { readonly list: readonly ForwardView[]; readonly now: number }): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <section class="card" aria-labelledby="forwards">
      <div class="card-head">
        <h2 id="forwards">Which external plugins were told</h2>
      </div>
      <ol class="steps">
        {list.map((row) => (
          <li key={row.plugin}>
            <EffectMark state={row.state} />
            <div>
              <p>
                <b>{row.plugin}</b> <span class="soft mono">{row.endpoint}</span>
              </p>
              {row.answer !== "" && <p class="soft small">{row.answer}</p>}
              <Tries {...row} now={now} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Tries({
  tries,
  nextTryAt,
  now,
}: Pick<EffectView, "tries" | "nextTryAt"> & { readonly now: number }): JSX.Element {
  return (
    <>
      {tries > 1 && <p class="soft small">{tries} tries</p>}
      {nextTryAt !== null && nextTryAt > now && <p class="soft small">next try in {duration(nextTryAt - now)}</p>}
    </>
  );
}

function actorWords(actor: EffectView["cause"]["actor"]): string {
  if (actor.kind === "user" || actor.kind === "admin") return `, asked by ${actor.login}`;
  return actor.kind === "job" ? `, reported by job ${actor.id}` : "";
}

function Runs({ delivery }: { readonly delivery: DeliveryView }): JSX.Element {
  return (
    <section class="card" aria-labelledby="runs">
      <div class="card-head">
        <h2 id="runs">Who looked at it</h2>
      </div>
      {delivery.runs.length === 0 ? (
        <p class="soft">{noRuns(delivery)}</p>
      ) : (
        <ol class="steps">
          {delivery.runs.map((run, index) => (
            <RunStep key={index} run={run} />
          ))}
        </ol>
      )}
    </section>
  );
}

/** Why no plugin ran. */
function noRuns(delivery: DeliveryView): string {
  if (delivery.state === "waiting") return "It waits to be handled.";
  if (delivery.state === "failed") return "It could not be handled; the summary above says why.";
  return "No plugin that is enabled for this repository handles this event.";
}

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
