/** Lists in pages, with GitHub's Link header. */
import { type Call, json, type Reply } from "./call.ts";

const positive = (text: string | null, otherwise: number): number => {
  const value = Number(text ?? otherwise);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
};

export interface Page {
  readonly page: number;
  readonly perPage: number;
}

export const pageOf = (call: Call): Page => ({
  page: positive(call.query("page"), 1),
  perPage: Math.min(100, positive(call.query("per_page"), 30)),
});

/** `Link: <...>; rel="next", ...` for one page of `total` things; empty when all fit on one. */
export function linkHeader(url: URL, { page, perPage }: Page, total: number): Record<string, string> {
  const last = Math.max(1, Math.ceil(total / perPage));
  const to = (number: number, rel: string) => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to(page - 1, "prev")] : []),
    ...(page < last ? [to(page + 1, "next"), to(last, "last")] : []),
    ...(page > 1 ? [to(1, "first")] : []),
  ];
  return links.length > 0 ? { link: links.join(", ") } : {};
}

/** One page of a list; only what is on it is given its shape. `wrap` puts it into an object with a count. */
export function paged<T>(
  call: Call,
  items: readonly T[],
  shape: (item: T) => unknown,
  wrap: (shown: unknown[]) => unknown = (shown) => shown,
): Reply {
  const page = pageOf(call);
  const start = (page.page - 1) * page.perPage;
  const shown = items.slice(start, start + page.perPage).map(shape);
  return json(wrap(shown), 200, linkHeader(call.url, page, items.length));
}
