/** A panel inside another site's page. */
import type { JSX } from "preact";
import type { PanelData } from "../chart/panel-data.ts";
import type { Surroundings } from "../parts/frame.tsx";
import { Island } from "../parts/island.tsx";
import { PanelFrame } from "../parts/panel.tsx";

export interface EmbeddedPageProps extends Pick<Surroundings, "assets" | "preload"> {
  readonly panel: PanelData;
}

export function EmbeddedPage({ assets, preload, panel }: EmbeddedPageProps): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{panel.title}</title>
        <link rel="stylesheet" href={assets.style} />
        <script type="module" src={assets.script} />
        {preload.map((href) => (
          <link rel="modulepreload" href={href} key={href} />
        ))}
      </head>
      <body class="embedded">
        <Island name="chart" data={panel}>
          <PanelFrame {...panel}>
            <div class="plot" />
          </PanelFrame>
        </Island>
      </body>
    </html>
  );
}
