import { describe, expect, test } from "vitest";
import type { Outside, OutsideRequest } from "../../../../src/chatops/reads.ts";
import { comment, fakeView } from "../fake-view.ts";
import { configOf, effectsOf, outcome } from "./said.ts";

const ok = (body: unknown): Outside => ({
  status: 200,
  contentType: "application/json",
  length: null,
  body: typeof body === "string" ? body : JSON.stringify(body),
  url: "",
});
const image = (length: number | null, contentType = "image/jpeg"): Outside => ({
  status: 200,
  contentType,
  length,
  body: "",
  url: "",
});
const GONE: Outside = { status: 0, contentType: "", length: null, body: "", url: "" };

type Answers = (request: OutsideRequest) => Outside;
const say = (plugin: string, body: string, outside: Answers = () => GONE, labels: readonly string[] = []) =>
  outcome(comment(body), fakeView({ config: configOf(plugin), outside, labels }));

describe("fun (spec chatops 2.37)", () => {
  test.each([
    ["yuks", "/joke"],
    ["dog", "/woof"],
    ["dog", "/BARK"],
    ["dog", "/this-is-fine"],
    ["dog", "/this-is-not-fine"],
    ["dog", "/this-is-unbearable"],
    ["cat", "/meow"],
    ["cat", "/meowvie clothes"],
    ["cat", "/meow grumpy"],
    ["pony", "/pony"],
    ["pony", "/pony Twilight Sparkle"],
    ["goose", "/honk"],
    ["trick-or-treat", "/trick-or-treat"],
    ["trick-or-treat", "/trickortreat please"],
  ])("%s answers %j once", async (plugin, body) => {
    expect(await say(plugin, body)).toHaveLength(1);
  });

  test.each([
    ["yuks", "/joke me"],
    ["dog", "/woof woof"],
    ["goose", "/honk honk"],
    ["cat", "/meows"],
    ["pony", "> /pony"],
    ["trick-or-treat", "/trick"],
  ])("%s does not hear %j", async (plugin, body) => {
    expect(await say(plugin, body)).toEqual([]);
  });

  test("an edited or deleted comment asks for nothing", async () => {
    for (const action of ["edited", "deleted"] as const)
      expect(await outcome(comment("/joke", { action }), fakeView({ config: configOf("yuks") }))).toEqual([]);
  });
});

describe("yuks", () => {
  test("plain words are told as they are", async () => {
    expect(await say("yuks", "/joke", () => ok({ joke: "Why? Because!" }))).toEqual(["says: Why? Because!"]);
  });

  test("markup in a joke is made harmless", async () => {
    const [said] = await say("yuks", "/joke", () => ok({ joke: "<img src=x> @everyone" }));
    expect(said).toContain("&lt;img");
    expect(said).not.toContain("@everyone");
  });

  test.each(["", "[]", "{", '{"joke":""}', '{"joke":5}'])("five tries at %j, then an excuse", async (body) => {
    const view = fakeView({ config: configOf("yuks"), outside: () => ok(body) });
    const [said] = await outcome(comment("/joke"), view);
    expect(said).toContain("no joke");
    expect(view.asked.get("outside")).toBe(5);
  });
});

describe("pictures are checked before they are shown", () => {
  const dogAt =
    (url: string, head: Outside): Answers =>
    ({ method }) =>
      method === "HEAD" ? head : ok({ url });

  test("a picture is shown, linked to itself", async () => {
    const said = await say("dog", "/woof", dogAt("https://random.dog/a.jpg", image(1000)));
    expect(said).toEqual(["says: [![dog image](https://random.dog/a.jpg)](https://random.dog/a.jpg)"]);
  });

  test.each([
    ["over 5 MB", "https://random.dog/a.jpg", image(5 * 1024 * 1024 + 1)],
    ["a video", "https://random.dog/a.mp4", image(10)],
    ["no picture by its type", "https://random.dog/a.jpg", image(10, "text/html")],
    ["an SVG", "https://random.dog/a.svg", image(10, "image/svg+xml")],
    ["without https", "http://random.dog/a.jpg", image(10)],
    ["with a password", "https://a:b@random.dog/a.jpg", image(10)],
    ["no address", "a picture", image(10)],
    ["missing", "https://random.dog/a.jpg", GONE],
  ])("%s is refused", async (_, url, head) => {
    expect((await say("dog", "/woof", dogAt(url, head)))[0]).toContain("no picture came");
  });

  test("an address cannot break out of its link", async () => {
    const [said] = await say("dog", "/woof", dogAt("https://random.dog/a.jpg)](https://evil", image(10)));
    expect(said).not.toContain(")](https://evil");
  });

  test("a cat of a category that there is", async () => {
    const asked: string[] = [];
    const cat: Answers = ({ method, path }) => {
      asked.push(path);
      if (path === "/v1/categories") return ok([{ id: 15, name: "clothes" }]);
      return method === "HEAD" ? image(10) : ok([{ url: "https://cats/x.gif" }]);
    };
    expect((await say("cat", "/meowvie Clothes", cat))[0]).toContain("https://cats/x.gif");
    expect(asked[1]).toBe("/v1/images/search?mime_types=gif&limit=1&category_ids=15");
    expect((await say("cat", "/meow nonsense", cat))[0]).toContain("no picture came");
  });

  test("a goose names its photographer, without markup", async () => {
    const user = { name: "A [x](y) <b>", links: { html: "https://unsplash.com/@a" } };
    const outside = () => ok({ urls: { small: "https://images/goose.jpg" }, user });
    const [effect] = await effectsOf(comment("/honk"), fakeView({ config: configOf("goose"), outside }));
    expect(effect?.kind === "comment" && effect.body).toContain("Photo by [A xy b](https://unsplash.com/@a).");
  });

  test("at most five ponies in one comment", async () => {
    const pony: Answers = ({ method }) =>
      method === "HEAD"
        ? image(10)
        : ok({ pony: { representations: { full: "https://ponies/full", small: "https://ponies/small" } } });
    const view = fakeView({ config: configOf("pony"), outside: pony });
    await outcome(comment("/pony\n".repeat(9)), view);
    expect(view.asked.get("outside")).toBe(10);
  });
});

describe("shrug", () => {
  const SHRUG = "¯\\_(ツ)_/¯";
  test.each([
    ["/shrug", [], [`+${SHRUG}`]],
    ["/shrug", [SHRUG], []],
    ["/unshrug", [], []],
    ["/unshrug", [SHRUG], ["says: ¯\\\\\\_(ツ)\\_/¯", `-${SHRUG}`]],
    ["/shrug off", [], []],
  ])("%j with %j", async (body, labels, expected) => {
    expect(await say("shrug", body, () => GONE, labels)).toEqual(expected);
  });
});
