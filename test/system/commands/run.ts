/** `node test/system/commands/run.ts`: says every command as everybody, and prints command, actor, effects. */
import { differs, driver, someAtATime } from "./drive.ts";
import { ACTORS, type Actor, TABLE } from "./table.ts";

const actors = Object.keys(ACTORS).filter((name): name is Actor => name in ACTORS);
const cells = TABLE.flatMap((row) => actors.map((actor) => ({ row, actor })));
const drive = await driver(false);
try {
  let done = 0;
  const answers = await someAtATime(cells, 6, async ({ row, actor }) => {
    try {
      return await drive.say(row, actor);
    } catch (error) {
      return [`! ${error instanceof Error ? error.message : String(error)}`];
    } finally {
      done += 1;
      if (done % 20 === 0) console.error(`${done} of ${cells.length} ...`);
    }
  });
  const width = Math.max(...TABLE.map(({ command }) => command.length));
  let wrong = 0;
  for (const [at, { row, actor }] of cells.entries()) {
    const got = answers[at] ?? [];
    const wanted = differs(row, actor, got);
    const line = `${row.command.padEnd(width)}  ${actor.padEnd(12)}  ${got.join("; ") || "nothing"}`;
    if (wanted !== null) wrong += 1;
    console.log(wanted === null ? line : `${line}  <- should be: ${wanted}`);
  }
  console.log(`${cells.length - wrong} of ${cells.length} as the table says`);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  await drive.dispose();
}
