/** Cloudflare's list prices of the paid plan, beyond what it includes, in dollars a million (2026-11; docs/cost.md). */
const PRICES: readonly (readonly [name: string, of: readonly string[], dollars: number])[] = [
  ["worker requests", ["worker requests"], 0.3],
  ["durable object requests", ["object requests"], 0.15],
  ["durable object rows read", ["object rows read"], 0.001],
  ["durable object rows written", ["object rows written"], 1],
  ["alarms that rang, a row written each", ["alarms"], 1],
  ["D1 rows read", ["d1 rows read"], 0.001],
  ["D1 rows written", ["d1 rows written"], 1],
  ["R2 writes (class A)", ["r2 class a"], 4.5],
  ["R2 reads (class B)", ["r2 class b"], 0.36],
];

/** `per(what)`: how often one job uses it. */
export function pricesOf(per: (what: string) => number) {
  const lines = PRICES.map(([name, of, dollars]) => {
    const used = of.reduce((sum, what) => sum + per(what), 0);
    return { name, used, dollars: used * dollars };
  });
  return { lines, perMillion: lines.reduce((sum, line) => sum + line.dollars, 0) };
}
