/** kill -9 of the worker's runtime at random points of 200 commands: nothing lost, nothing twice. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { random, seedOf } from "./random.ts";
import { eventually, type TestSystem, testSystem } from "../harness/system.ts";

const REPO = "cutwater-demo/harbor";
const PULLS = 10;
const ROUNDS = 20;
const KILLS = 12;

let system: TestSystem;
beforeAll(async () => {
  system = await testSystem({ capacity: 0 });
});
afterAll(() => system?.dispose());

it("handles each of 200 commands exactly once while the runtime is killed again and again", async () => {
  const seed = seedOf();
  const dice = random(seed);
  const { control } = system.github;
  const numbers: number[] = [];
  for (let i = 0; i < PULLS; i += 1) {
    const { number } = await control.createPull({
      repo: REPO,
      as: "emil",
      title: `Chaos ${i}`,
      files: { [`data/chaos-${i}.csv`]: `${i}\n` },
      draft: true,
    });
    numbers.push(number);
  }
  await control.settled();
  const page = (number: number) => control.snapshot({ repo: REPO, number });
  await eventually(
    "every pull request is sized",
    () => numbers.every((number) => page(number).labels.some((label) => label.startsWith("size/"))),
    60,
  );

  let said = 0;
  let kills = 0;
  const killing = (async () => {
    while (kills < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, 200 + dice() * 900));
      await system.worker.crash();
      kills += 1;
    }
  })();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const number of numbers) {
      // Nobody of that name can be assigned: each command is answered with exactly one comment that names it.
      system.say(REPO, number, "ben", `/assign nobody-${round}-x`);
      said += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 150 + dice() * 500));
  }
  await killing;
  await control.settled();
  // GitHub does not deliver again by itself: what the dead runtime refused is redelivered, as an operator would.
  for (const delivery of control
    .deliveries()
    .filter((one) => one.event === "issue_comment" && (one.statusCode === 0 || one.statusCode >= 500))) {
    await control.redeliver(delivery.id);
  }
  await control.settled();

  const answered = (number: number, round: number): number =>
    page(number).comments.filter(
      (comment) => comment.user !== "ben" && comment.body.includes(`/assign nobody-${round}-x`),
    ).length;
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
  await eventually(
    `every command is answered (seed ${seed}, ${kills} kills)`,
    () => numbers.every((number) => rounds.every((round) => answered(number, round) > 0)),
    180,
  );
  const counts = numbers.flatMap((number) => rounds.map((round) => answered(number, round)));
  expect(said).toBe(PULLS * ROUNDS);
  expect(
    counts.filter((count) => count !== 1),
    `seed ${seed}`,
  ).toEqual([]);
}, 400_000);
