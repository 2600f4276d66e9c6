/** `npm run bench`: one table; `npm run bench -- hook scale`: some of it. The worker must be built when `bundle` is left out. */
import { benchBundle } from "./bundle.ts";
import { benchCalls } from "./calls.ts";
import { benchConfig } from "./config.ts";
import { benchHook } from "./hook.ts";
import { benchPage } from "./page.ts";
import { benchScale } from "./scale.ts";
import { printTable, type Row } from "./table.ts";
import { benchTide } from "./tide.ts";
import { benchVelodrome } from "./velodrome.ts";
import { benchCharts } from "./velodrome-charts.ts";
import { benchMirror } from "./velodrome-steps.ts";

const rows: Row[] = [];
const wanted = process.argv.slice(2);
for (const [name, bench] of [
  ["bundle", benchBundle],
  ["hook", benchHook],
  ["calls", benchCalls],
  ["config", benchConfig],
  ["page", benchPage],
  ["scale", benchScale],
  ["tide", benchTide],
  ["velodrome", benchVelodrome],
  ["mirror", benchMirror],
  ["charts", benchCharts],
] as const) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`${name} ...`);
  rows.push(...(await bench()));
}
printTable(rows);
process.exit(0);
