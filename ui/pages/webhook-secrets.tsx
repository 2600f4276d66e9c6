/** Webhook secrets: which there are and how old, how they are rotated. Their values are on no page. */
import type { JSX } from "preact";
import { Frame } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";
import { Ago } from "../parts/time.tsx";

export interface WebhookSecretsPageProps extends Surroundings {
  readonly levels: readonly { readonly key: string; readonly createdAt: readonly string[] }[];
  /** The level that was just brought up to date, or empty. */
  readonly given: string;
  readonly now: number;
}

export function WebhookSecretsPage(props: WebhookSecretsPageProps): JSX.Element {
  const { levels, given, now } = props;
  return (
    <Frame {...props} title="Webhook secrets">
      <div class="title-row">
        <h1>Webhook secrets</h1>
        <p class="soft">
          What GitHub may sign webhooks with, by level. The newest of a level signs; all of them are taken.
        </p>
      </div>
      {given !== "" && <p role="status">GitHub signs webhooks of {given} with the newest secret now.</p>}
      {levels.length === 0 && (
        <section class="card empty">
          <h2>No secret yet</h2>
          <p class="soft">Set GITHUB_WEBHOOK_SECRETS: without it no webhook is taken.</p>
        </section>
      )}
      {levels.map(({ key, createdAt }) => (
        <section class="card" key={key}>
          <div class="card-head">
            <h2>{key === "*" ? "* (everything else)" : key}</h2>
            <form method="post" action="/webhook-secrets">
              <input type="hidden" name="key" value={key} />
              <button class="button" type="submit">
                Give GitHub the newest
              </button>
            </form>
          </div>
          <ul class="plain">
            {createdAt.map((at, index) => (
              <li key={index}>
                {index === 0 ? "Newest" : "Still taken"}: <Age at={at} now={now} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section class="card">
        <h2>Rotation</h2>
        <ol>
          <li>
            <code>cutwater hmac rotate --file FILE --key KEY</code> puts a new secret beside the old ones.
          </li>
          <li>
            <code>wrangler secret put GITHUB_WEBHOOK_SECRETS &lt; FILE</code>: this worker takes both. A worker cannot
            write its own secrets, so this stays yours to do.
          </li>
          <li>
            Give GitHub the newest: the button above, or <code>cutwater hmac give --url URL --key KEY</code>.
          </li>
          <li>
            Once new webhooks have come: <code>cutwater hmac prune --file FILE</code>, and put the secret once more.
          </li>
        </ol>
      </section>
    </Frame>
  );
}

function Age({ at, now }: { readonly at: string; readonly now: number }): JSX.Element {
  const made = Date.parse(at);
  return Number.isNaN(made) ? (
    <span class="soft">of unknown age</span>
  ) : (
    <span>
      made <Ago at={made} now={now} />
    </span>
  );
}
