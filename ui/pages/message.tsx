/** A page that says one thing: not found, refused, broken, signed out of reach. */
import type { ComponentChildren, JSX } from "preact";
import { Frame, signInHref } from "../parts/frame.tsx";
import type { Surroundings } from "../parts/frame.tsx";

export interface MessagePageProps extends Surroundings {
  readonly title: string;
  readonly text: string;
  /** A small word above the title, such as the status code. */
  readonly code?: string;
  readonly children?: ComponentChildren;
}

export function MessagePage(props: MessagePageProps): JSX.Element {
  const { title, text, code, children } = props;
  return (
    <Frame {...props}>
      <div class="message">
        {code !== undefined && <p class="soft mono">{code}</p>}
        <h1>{title}</h1>
        <p>{text}</p>
        {children}
      </div>
    </Frame>
  );
}

/** Nothing there, or nothing that this viewer may see: both look the same. */
export function NotFoundPage(props: Surroundings): JSX.Element {
  const mayHelp = props.viewer.login === null && props.signIn;
  const text = `There is no such page, or it is not yours to see.${mayHelp ? " A private repository’s needs a sign-in." : ""}`;
  return (
    <MessagePage {...props} code="404" title="Nothing on this bearing" text={text}>
      <p class="fields">
        {mayHelp && (
          <a class="button button-main" href={signInHref(props.path)}>
            Sign in
          </a>
        )}
        <a class="button" href="/">
          All jobs
        </a>
      </p>
    </MessagePage>
  );
}
