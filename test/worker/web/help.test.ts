/** The command help and the configuration page: what is enabled where, for whoever may know. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { REGISTRY } from "../../../src/chatops/registry.ts";
import { addRepository, as, asPage, call, gitHub, SETTINGS } from "./harness.ts";

beforeAll(async () => {
  await addRepository("harbor/lights", false);
  await addRepository("harbor/cellar", true);
});

afterEach(() => void vi.unstubAllGlobals());

describe("/command-help", () => {
  it("names every plugin and each of its commands", async () => {
    const html = await (await call("/command-help", asPage({}))).text();
    for (const plugin of REGISTRY) {
      expect(html).toContain(`id="${plugin.name}"`);
      expect(html.split("data-command").length - 1).toBe(REGISTRY.flatMap((one) => one.help.commands).length);
    }
  });

  it("a private repository is as unknown to strangers as one that does not exist", async () => {
    gitHub({});
    const [hidden, missing] = await Promise.all(
      ["harbor/cellar", "harbor/nothing"].map((repo) => call(`/command-help?repo=${repo}`, asPage({}))),
    );
    expect([hidden?.status, missing?.status]).toEqual([404, 404]);
    const words = async (answer: Response | undefined, repo: string) =>
      (await answer?.text())?.replaceAll(repo, "REPO");
    const plain = async (answer: Response | undefined, repo: string) =>
      (await words(answer, repo))?.replaceAll(encodeURIComponent(`/command-help?repo=${repo}`), "PATH");
    expect(await plain(hidden, "harbor/cellar")).toBe(await plain(missing, "harbor/nothing"));
  });

  it("the repository's name cannot write into the page", async () => {
    const html = await (
      await call(`/command-help?repo=${encodeURIComponent(`"><script>alert(1)</script>`)}`, asPage({}))
    ).text();
    expect(html).not.toContain("<script>alert");
  });
});

describe("/plugin-help", () => {
  const asked = async (query: string, login: string | null = null) => {
    const answer = await call(`/plugin-help${query}`, await as(login));
    return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
  };

  it("is Prow's document, of every plugin there is", async () => {
    const { status, text } = await asked("");
    expect(status).toBe(200);
    const document: unknown = JSON.parse(text);
    expect(Object.keys(Object(document)).sort()).toEqual([
      "AllRepos",
      "ExternalPluginHelp",
      "PluginHelp",
      "RepoExternalPlugins",
      "RepoPlugins",
    ]);
    for (const plugin of REGISTRY) expect(text).toContain(`"${plugin.name}":{"Description"`);
  });

  it("?var= makes a script of it, for anybody: cookies do not count", async () => {
    const [mine, anybodys] = [await asked("?var=help", "harbormaster"), await asked("?var=help")];
    expect(mine).toEqual(anybodys);
    expect(mine.type).toContain("text/javascript");
    expect(mine.text).toMatch(/^var help = \{.*\};$/s);
    expect(mine.text).not.toContain("<");
  });

  it("?var= takes a plain identifier only", async () => {
    for (const name of ["", "a.b", "alert(1)//", "1a", "a".repeat(65), "a%0Ab"]) {
      expect((await asked(`?var=${name}`)).status, name).toBe(400);
    }
  });

  it("a private repository is not there", async () => {
    gitHub({});
    expect((await asked("?repo=harbor/cellar")).status).toBe(404);
    expect((await asked("?var=help&repo=harbor/cellar", "harbormaster")).status).toBe(404);
  });
});

describe("/plugins", () => {
  it("lists every plugin", async () => {
    const html = await (await call("/plugins", asPage({}))).text();
    for (const plugin of REGISTRY) expect(html).toContain(`id="${plugin.name}"`);
  });
});

describe("/config", () => {
  const status = async (login: string | null, settings: Readonly<Record<string, string>>): Promise<number> =>
    (await call("/config", asPage(await as(login)), settings)).status;

  it("is for those who see the configuration repository", async () => {
    gitHub({});
    expect(await status(null, SETTINGS)).toBe(404);
    expect(await status("mara", SETTINGS)).toBe(404);
    expect(await status("harbormaster", SETTINGS)).toBe(200);
    expect(await status(null, { ...SETTINGS, CONFIG_REPO: "harbor/lights@main" })).toBe(200);
    expect(await status(null, { ...SETTINGS, CONFIG_REPO: "harbor/cellar@main" })).toBe(404);
  });

  it("says when there is none yet", async () => {
    expect((await env.CONFIGURATION.getByName("installation").state()).index).toBeNull();
    expect(await (await call("/config", asPage(await as("harbormaster")))).text()).toContain("No configuration yet");
  });
});
