/** From a page to a document. */
import type { ComponentType } from "preact";
import { h } from "preact";
import { render } from "preact-render-to-string";

/** Renders a whole page. All text is escaped; nothing of ours sets inner HTML. */
export function renderPage<Props extends object>(page: ComponentType<Props>, props: Props): string {
  return `<!doctype html>${render(h(page, props))}`;
}
