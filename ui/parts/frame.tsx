/** The frame of every page: head, navigation, who is signed in. */
import type { ComponentChildren, JSX } from "preact";
import { Prow } from "./icons.tsx";

/** What every page knows of its surroundings. Paths of assets are from the build's manifest. */
export interface Surroundings {
  readonly assets: { readonly style: string; readonly script: string; readonly icon: string };
  /** Chunks that this page's islands need, loaded without waiting for the script. */
  readonly preload: readonly string[];
  readonly viewer: { readonly login: string | null; readonly admin: boolean };
  /** Whether people can sign in with GitHub. */
  readonly signIn: boolean;
  /** Path and query of this page: where to return to after sign-in. */
  readonly path: string;
}

export interface FrameProps extends Surroundings {
  readonly title: string;
  readonly children: ComponentChildren;
}

const PLACES = [
  { href: "/", text: "Jobs", owns: /^\/(jobs\/|job-history|pr\/|pr$|pr\?|$|\?)/ },
  { href: "/tide", text: "Tide", owns: /^\/tide/ },
  { href: "/velodrome", text: "Metrics", owns: /^\/velodrome/ },
  { href: "/deliveries", text: "Deliveries", owns: /^\/deliveries/ },
  { href: "/command-help", text: "Commands", owns: /^\/(command-help|plugins)/ },
  { href: "/config", text: "Config", owns: /^\/(config|clusters)/ },
] as const;

export function Frame(props: FrameProps): JSX.Element {
  const { assets, preload, path, title, children } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="theme-color" content="#0c2733" />
        <title>{title === "" ? "Cutwater" : `${title} · Cutwater`}</title>
        <link rel="icon" type="image/svg+xml" href={assets.icon} />
        <link rel="stylesheet" href={assets.style} />
        <script type="module" src={assets.script} />
        {preload.map((href) => (
          <link rel="modulepreload" href={href} key={href} />
        ))}
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="hull">
          <div class="hull-row">
            <a class="brand" href="/">
              <Prow />
              Cutwater
            </a>
            <nav class="places" aria-label="Main">
              {PLACES.map((place) => (
                <a href={place.href} key={place.href} aria-current={place.owns.test(path) ? "page" : undefined}>
                  {place.text}
                </a>
              ))}
            </nav>
            <Crew {...props} />
          </div>
        </header>
        <main id="content">{children}</main>
        <footer class="keel">Prow’s commands, jobs and configuration, at the edge.</footer>
      </body>
    </html>
  );
}

/** The way in, and back to a path. */
export const signInHref = (path: string): string =>
  path === "/" || path.startsWith("/login") ? "/login" : `/login?return=${encodeURIComponent(path)}`;

/** Who is signed in, and the way in or out. */
function Crew({ viewer, signIn, path }: Surroundings): JSX.Element {
  if (viewer.login === null) {
    return <div class="crew">{signIn ? <a href={signInHref(path)}>Sign in</a> : <a href="/admin">Admin</a>}</div>;
  }
  return (
    <form class="crew" method="post" action="/logout">
      <span>
        {viewer.login}
        {viewer.admin && <span class="tag tag-hull">admin</span>}
      </span>
      <button type="submit">Sign out</button>
    </form>
  );
}
