/** Ways in: GitHub, or the admin token while GitHub sign-in is not set up. */
import type { JSX } from "preact";
import type { Surroundings } from "../parts/frame.tsx";
import { MessagePage } from "./message.tsx";

export interface LoginPageProps extends Surroundings {
  /** Own path to return to. */
  readonly returnTo: string;
  /** What went wrong with the last try. */
  readonly problem: string | null;
}

export function LoginPage(props: LoginPageProps): JSX.Element {
  const { signIn, returnTo, problem } = props;
  const text = signIn
    ? "You see here what GitHub shows you: jobs, logs and deliveries of private repositories need a sign-in."
    : "Sign-in with GitHub is not set up here yet. Public repositories are open to everybody.";
  return (
    <MessagePage {...props} title="Sign in" text={text}>
      {problem !== null && (
        <p class="notice notice-failure" role="alert">
          {problem}
        </p>
      )}
      {signIn ? (
        <p>
          <a class="button button-main" href={`/login/github?return=${encodeURIComponent(returnTo)}`}>
            Sign in with GitHub
          </a>
        </p>
      ) : (
        <p>
          <a href="/admin">I hold the admin token</a>
        </p>
      )}
    </MessagePage>
  );
}

export interface AdminPageProps extends Surroundings {
  readonly problem: string | null;
}

export function AdminPage(props: AdminPageProps): JSX.Element {
  const text = "Until sign-in with GitHub and administrators (ADMINS) are set up, the admin token opens every door.";
  return (
    <MessagePage {...props} title="Administration" text={text}>
      {props.problem !== null && (
        <p class="notice notice-failure" role="alert">
          {props.problem}
        </p>
      )}
      <form class="fields" method="post" action="/admin">
        <label class="field field-wide">
          <span>Admin token</span>
          <input name="token" type="password" required autocomplete="current-password" />
        </label>
        <button class="button button-main" type="submit">
          Enter
        </button>
      </form>
    </MessagePage>
  );
}
