/** Every command that users know best, said by everybody, over HTTP (issue 3; the table says what each leads to). */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Driver, driver, someAtATime } from "./drive.ts";
import { ACTORS, type Actor, TABLE } from "./table.ts";

const actors = Object.keys(ACTORS).filter((name): name is Actor => name in ACTORS);
let drive: Driver;

beforeAll(async () => {
  drive = await driver();
});
afterAll(() => drive?.dispose());

describe("each command", () => {
  it.each(TABLE.map((row) => [`${row.command} ${row.labels?.join() ?? ""}`.trim(), row] as const))(
    "%s",
    async (_title, row) => {
      const answers = await someAtATime(actors, 6, async (actor) => [actor, await drive.say(row, actor)] as const);
      const wanted = actors.map(
        (actor) => [actor, [...(row.effects[actor] ?? row.effects.others ?? [])].sort()] as const,
      );
      expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(wanted));
    },
    120_000,
  );
});
