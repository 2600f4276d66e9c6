/** The one-click GitHub App: ask for the setup token, send the manifest, show the secrets once. */
import type { JSX } from "preact";
import type { Surroundings } from "../parts/frame.tsx";
import { MessagePage } from "./message.tsx";

export interface SetupTokenPageProps extends Surroundings {
  /** From the link that the deploy printed; empty when it was opened without. */
  readonly token: string;
  readonly problem: string | null;
}

export function SetupTokenPage(props: SetupTokenPageProps): JSX.Element {
  return (
    <MessagePage
      {...props}
      title="Set up"
      text="One click makes the GitHub App. The setup token is the one that the deploy printed (SETUP_TOKEN)."
    >
      {props.problem !== null && (
        <p class="notice notice-failure" role="alert">
          {props.problem}
        </p>
      )}
      <form class="fields" method="post" action="/setup">
        <label class="field field-wide">
          <span>Setup token</span>
          <input name="token" type="password" required autocomplete="off" value={props.token} />
        </label>
        <label class="field field-wide">
          <span>Organisation</span>
          <input name="org" placeholder="none: your account" autocomplete="off" spellcheck={false} maxLength={39} />
        </label>
        <button class="button button-main" type="submit">
          Go on
        </button>
      </form>
    </MessagePage>
  );
}

export interface SetupManifestPageProps extends Surroundings {
  /** Where GitHub takes the manifest, with the state. */
  readonly action: string;
  /** JSON. */
  readonly manifest: string;
}

export function SetupManifestPage(props: SetupManifestPageProps): JSX.Element {
  const text = "GitHub shows you the App’s name and rights; you confirm there and come back here for its secrets.";
  return (
    <MessagePage {...props} title="Create the GitHub App" text={text}>
      <form method="post" action={props.action}>
        <input type="hidden" name="manifest" value={props.manifest} />
        <button class="button button-main" type="submit">
          Create it at GitHub
        </button>
      </form>
    </MessagePage>
  );
}

export interface SetupDonePageProps extends Surroundings {
  /** Commands for a shell, secrets included. */
  readonly commands: string;
  /** Where the App is installed on repositories. */
  readonly installUrl: string;
}

export function SetupDonePage(props: SetupDonePageProps): JSX.Element {
  const text = "Run these lines where you deploy from. The secrets are shown this one time and stored nowhere here.";
  return (
    <MessagePage {...props} title="The App is there" text={text}>
      <pre class="quote">{props.commands}</pre>
      <p>
        Then <a href={props.installUrl}>install the App</a> on your repositories. This page is gone once you leave it:
        to begin again, delete the App at GitHub and choose another SETUP_TOKEN.
      </p>
    </MessagePage>
  );
}
