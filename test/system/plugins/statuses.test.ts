/** Statuses and checks, carried out at GitHub: override, skip, refresh. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { inRepository, ORG, useConfig } from "../../harness/repositories.ts";
import { type TestSystem, testSystem } from "../../harness/system.ts";

const PLUGINS = `
plugins:
  ${ORG}/harbor:
    plugins: [trigger, override, skip, refresh]
override:
  allowed_github_teams:
    ${ORG}/harbor: [release-managers]
`;

let system: TestSystem;
let harbor: ReturnType<typeof inRepository>;

beforeAll(async () => {
  system = await testSystem({ capacity: 0 });
  harbor = inRepository(system, "harbor");
  const contexts = ["pull-harbor-unit", "external/ci"];
  system.github.control.protect({ repo: harbor.repo, branch: "main", contexts });
  await useConfig(system, { "config/prow/plugins.yaml": PLUGINS });
}, 120_000);
afterAll(() => system?.dispose());

/** A pull request whose jobs are pending, with what failed since. */
async function failing(title: string, ...contexts: string[]) {
  const number = await harbor.pull("ben", title, { [`notes/${title}.md`]: "x\n" });
  const jobs = ["pull-harbor-unit", "pull-harbor-integration"];
  await harbor.until(number, "its jobs wait", ({ pull }) => jobs.every((job) => pull?.statuses[job]));
  const head = harbor.page(number).pull?.head ?? "";
  for (const context of contexts)
    await harbor.call("ada", "POST", `/statuses/${head}`, { state: "failure", context, description: "Job failed." });
  const state = (context: string) => harbor.page(number).pull?.statuses[context]?.state;
  return { number, head, state };
}

it.concurrent("override makes contexts, missing ones and checks green for who may, and takes that back", async () => {
  const { number, head, state } = await failing("override", "pull-harbor-unit");
  system.github.control.checkRun({ repo: harbor.repo, sha: head, name: "lint / style", conclusion: "failure" });
  harbor.say(number, "chidi", "/override pull-harbor-unit");
  await harbor.told(number, "chidi may not override");
  harbor.say(number, "ben", "/override nonsense");
  expect(await harbor.told(number, "nonsense")).toContain("`lint / style`");
  harbor.say(number, "ben", '/override pull-harbor-unit external/ci "lint / style"');
  await harbor.told(number, "Overrode contexts on behalf of ben");
  const { pull } = harbor.page(number);
  expect(pull?.checks).toEqual({ "lint / style": "success" });
  for (const context of ["pull-harbor-unit", "external/ci"]) {
    expect(pull?.statuses[context]).toMatchObject({ state: "success" });
    expect(pull?.statuses[context]?.description).toContain("Overridden by ben");
  }
  harbor.say(number, "ada", "/override-cancel external/ci");
  await harbor.told(number, "Cancelled overrides on behalf of ada");
  expect([state("pull-harbor-unit"), state("external/ci")]).toEqual(["success", "failure"]);
});

it.concurrent("skip makes optional ones green, and no others", async () => {
  const { number, state } = await failing("skip", "pull-harbor-unit", "pull-harbor-load");
  harbor.say(number, "mallory", "/skip");
  await harbor.until(number, "the load test is skipped", () => state("pull-harbor-load") === "success");
  expect(state("pull-harbor-unit")).toBe("failure");
});

it.concurrent("refresh says the results once more", async () => {
  const { number, state } = await failing("refresh", "pull-harbor-unit");
  expect(state("pull-harbor-unit")).toBe("failure");
  harbor.say(number, "mallory", "/refresh");
  await harbor.until(number, "it is pending, as its job is", () => state("pull-harbor-unit") === "pending");
});
