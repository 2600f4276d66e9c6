/** `npm run bench`: one table. */
import { benchBundle } from "./bundle.ts";
import { benchConfig } from "./config.ts";
import { benchHook } from "./hook.ts";
import { benchPage } from "./page.ts";
import { printTable, type Row } from "./table.ts";

const rows: Row[] = [];
for (const [name, bench] of [
  ["bundle", benchBundle],
  ["hook", benchHook],
  ["config", benchConfig],
  ["page", benchPage],
] as const) {
  console.error(`${name} ...`);
  rows.push(...(await bench()));
}
printTable(rows);
process.exit(0);
