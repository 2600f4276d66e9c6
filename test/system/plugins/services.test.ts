/** Plugins with services outside of GitHub, each near by here: pictures, jokes, Slack; and reactions. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { inRepository, ORG, type StandIn, standIn, useConfig } from "../../harness/repositories.ts";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";

const PLUGINS = `
plugins:
  ${ORG}/galley:
    plugins: [yuks, cat, dog, goose, pony, trick-or-treat, slackevents, heart, shrug]
heart: {adorees: [ada], commentregexp: "^Well done"}
slack:
  mentionchannels: [sig-testing]
  mergewarnings:
  - {repos: [${ORG}/galley], channels: [bridge], exempt_users: [ada]}
`;
const NO_PICTURE = "no picture came that could be shown";

let system: TestSystem;
let service: StandIn;
let galley: ReturnType<typeof inRepository>;

beforeAll(async () => {
  const links = { html: "https://unsplash.com/@gander" };
  service = await standIn({
    "/": { joke: "What do cooks fear? Nothing, they are knot afraid." },
    "/photos/random": { urls: { small: "https://images.unsplash.com/goose" }, user: { name: "A [Gander]", links } },
    "/v1/images/search": [{ url: "http://cats.example.com/insecure.jpg" }],
    "/woof.json": { url: "https://dogs.invalid/dog.jpg" },
    "/api/v1/pony/random": { pony: { representations: { full: "javascript:alert(1)", small: "javascript:alert(1)" } } },
    "/chat.postMessage": { ok: true },
  });
  const names = ["joke", "cat", "dog", "goose", "pony", "slack"];
  const services = Object.fromEntries(names.map((name) => [name, { url: service.url, headers: {} }]));
  system = await testSystem({ capacity: 0, settings: { SERVICES: JSON.stringify(services) } });
  galley = inRepository(system, "galley");
  await system.github.control.createRepo({ owner: ORG, name: "galley", as: "ada", files: { "menu.md": "# Menu\n" } });
  await useConfig(system, { "config/prow/plugins.yaml": PLUGINS });
}, 120_000);
afterAll(async () => {
  await system?.dispose();
  service?.close();
});

/** Slack's messages to a channel. */
const said = (channel: string): string[] =>
  service.posted.flatMap(({ path, body }) => {
    const message = JSON.parse(body) as { channel: string; text: string };
    return path === "/chat.postMessage" && message.channel === channel ? [message.text] : [];
  });

it.concurrent.each([
  ["/joke", "knot afraid"],
  ["/honk", "[![goose image](https://images.unsplash.com/goose)](https://images.unsplash.com/goose)"],
  ["/honk ", "Photo by [A Gander](https://unsplash.com/@gander)"],
  ["/meow grumpy", "Grumpy_Cat"],
  ["/this-is-fine", "this_is_fine.png"],
  ["/trick-or-treat", "upload.wikimedia.org"],
  ["/meow", NO_PICTURE],
  ["/woof", NO_PICTURE],
  ["/pony", NO_PICTURE],
])("%s is answered with %s", async (command, answer) => {
  const number = galley.issue("mallory", command);
  galley.say(number, "mallory", command);
  expect(await galley.told(number, answer)).toContain("@mallory");
});

it.concurrent("Slack hears of mentions and of merges by hand, but not of who may", async () => {
  const number = galley.issue("mallory", "Salt");
  galley.say(number, "mallory", "@kubernetes/sig-testing-bugs & <you>, @kubernetes/sig-node-bugs");
  await eventually("the group hears of it", () => said("sig-testing").length > 0);
  expect(said("sig-testing")[0]).toContain("sig-testing-bugs &amp; &lt;you&gt;");
  for (const as of ["ada", "ben"])
    await system.github.control.push({
      repo: galley.repo,
      as,
      branch: "main",
      files: { "menu.md": `# ${as}\n` },
      message: "Cook",
    });
  const warning = "ben (<@ben>) merged 1 commit by hand into main";
  await eventually("the bridge is warned", () => said("bridge").some((text) => text.includes(warning)));
  expect(said("bridge").filter((text) => text.includes("ada"))).toEqual([]);
});

it.concurrent("hearts and shrugs", async () => {
  const number = await galley.pull("ben", "A pie", { "pie.md": "pie\n" });
  galley.say(number, "ada", "Well done");
  await galley.until(number, "a reaction", ({ comments }) => comments.some(({ reactions }) => reactions.length === 1));
  galley.say(number, "mallory", "/shrug");
  await galley.until(number, "a shrug", ({ labels }) => labels.includes("¯\\_(ツ)_/¯"));
  galley.say(number, "mallory", "/unshrug");
  await galley.until(number, "none", ({ labels }) => labels.length === 0);
});
