/** Lists show what GitHub would show: job list and deliveries, as page and JSON (design 10, Web). */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { addDelivery, addJob, addRepository, as, asPage, call, gitHub, SETTINGS } from "./harness.ts";
import type { TestSettings } from "./harness.ts";

interface Jobs {
  readonly jobs: readonly { readonly id: string; readonly job: string }[];
  readonly next: string | null;
}

const NOW = Date.now();

async function jobs(login: string | null, query = "", settings: TestSettings = SETTINGS): Promise<Jobs> {
  const answer = await call(`/api/jobs${query}`, await as(login), settings);
  expect(answer.status).toBe(200);
  return answer.json();
}

const ids = ({ jobs }: Jobs): string[] => jobs.map((job) => job.id);

beforeAll(async () => {
  await addRepository("harbor/widgets", false);
  await addRepository("harbor/secret", true);
  await addJob({ id: "public", startTime: NOW - 1000, state: "failure" });
  await addJob({ id: "private", repo: "secret", startTime: NOW - 2000, author: "otto" });
  await addJob({ id: "unknown", repo: "never-heard-of", startTime: NOW - 3000 });
  await addJob({ id: "hidden", hidden: 1, startTime: NOW - 4000 });
  await addJob({
    id: "periodic",
    org: "",
    repo: "",
    pull: null,
    type: "periodic",
    job: "ci-soak",
    startTime: NOW - 5000,
  });
  await addDelivery("guid-public", "harbor", "widgets", "harbor/widgets#5");
  await addDelivery("guid-private", "harbor", "secret", "harbor/secret#5");
});

afterEach(() => void vi.unstubAllGlobals());

const privateOf = (names: readonly string[]) => ({
  "GET /user/repos": () => Response.json(names.map((full_name) => ({ full_name, private: true }))),
});

describe("who sees which jobs in the list", () => {
  it("a stranger sees public repositories' jobs, and nobody at GitHub is asked", async () => {
    const asked = gitHub({});
    expect(ids(await jobs(null))).toEqual(["public"]);
    expect(asked).toEqual([]);
  });

  it("a user sees also the private repositories that GitHub lists for them, by one call", async () => {
    const asked = gitHub(privateOf(["Harbor/Secret"]));
    expect(ids(await jobs("lister"))).toEqual(["public", "private"]);
    expect(ids(await jobs("lister", "?author=otto"))).toEqual(["private"]);
    expect(asked).toEqual(["GET /user/repos Bearer token of lister"]);
  });

  it("a user whom GitHub shows nothing sees what a stranger sees", async () => {
    gitHub(privateOf([]));
    expect(ids(await jobs("outsider"))).toEqual(["public"]);
  });

  it("a user sees no private job while GitHub cannot be asked", async () => {
    gitHub({ "GET /user/repos": () => new Response("", { status: 502 }) });
    expect(ids(await jobs("unlucky"))).toEqual(["public"]);
  });

  it("an administrator sees all, hidden ones too", async () => {
    gitHub({});
    expect(ids(await jobs("harbormaster"))).toEqual(["public", "private", "unknown", "hidden", "periodic"]);
  });

  it("the admin token sees all", async () => {
    const answer = await call("/api/jobs", { headers: { authorization: `Bearer ${SETTINGS.ADMIN_TOKEN}` } });
    expect(ids(await answer.json())).toHaveLength(5);
  });

  it("jobs without a repository are seen by whoever sees the configuration repository", async () => {
    gitHub({});
    const settings = { ...SETTINGS, CONFIG_REPO: "harbor/widgets@main" };
    expect(ids(await jobs(null, "", settings))).toEqual(["public", "periodic"]);
    expect(ids(await jobs(null, "", { ...SETTINGS, CONFIG_REPO: "harbor/secret@main" }))).toEqual(["public"]);
  });

  it.each([
    ["/", "public", "secret"],
    ["/deliveries", "guid-public", "guid-private"],
  ])("the page %s names the public one only", async (path, shown, missing) => {
    gitHub({});
    const html = await (await call(path, asPage(await as(null)))).text();
    expect(html).toContain(shown === "public" ? "/jobs/public" : shown);
    expect(html).not.toContain(missing);
  });

  it("deliveries as JSON follow the same rule", async () => {
    gitHub(privateOf(["harbor/secret"]));
    const guids = async (login: string | null): Promise<string[]> => {
      const answer = await call("/api/deliveries", await as(login));
      const { deliveries } = await answer.json<{ deliveries: { guid: string }[] }>();
      return deliveries.map((row) => row.guid).sort();
    };
    expect(await guids(null)).toEqual(["guid-public"]);
    expect(await guids("delivery-reader")).toEqual(["guid-private", "guid-public"]);
    expect(await guids("harbormaster")).toEqual(["guid-private", "guid-public"]);
  });
});

describe("filters and pages", () => {
  it.each([
    ["?state=failure", ["public"]],
    ["?state=success&type=presubmit", ["private", "unknown", "hidden"]],
    ["?repo=harbor/secret", ["private"]],
    ["?repo=harbor", ["public", "private", "unknown", "hidden"]],
    ["?job=ci-*", ["periodic"]],
    ["?job=*soak", ["periodic"]],
    ["?job=pull-*-unit&limit=1", ["public"]],
    ["?job=pull-widgets", []],
    ["?pull=5&cluster=default&author=otto", ["private"]],
    ["?pull=&author=&state=", ["public", "private", "unknown", "hidden", "periodic"]],
  ])("%s gives %j", async (query, expected) => {
    gitHub({});
    expect(ids(await jobs("harbormaster", query))).toEqual(expected);
  });

  it.each(["?state=sunk", "?pull=five", "?repo=a/b/c", "?before=nonsense", `?author=${"x".repeat(201)}`])(
    "%s is refused with the field's name, as JSON and as page",
    async (query) => {
      const answer = await call(`/api/jobs${query}`);
      const name = /\?(\w+)/.exec(query)?.[1] ?? "";
      expect(answer.status).toBe(400);
      expect((await answer.json<{ error: { message: string } }>()).error.message).toContain(name);
      const page = await call(`/${query}`, asPage({}));
      expect(page.status).toBe(400);
      expect(await page.text()).toContain('role="alert"');
    },
  );

  it("pages walk over all rows once, newest first", async () => {
    const seen: string[] = [];
    for (let next: string | null = "/api/jobs?limit=2"; next !== null; ) {
      const page: Jobs = await (await call(next, await as("harbormaster"))).json();
      seen.push(...ids(page));
      next = page.next;
    }
    expect(seen).toEqual(["public", "private", "unknown", "hidden", "periodic"]);
  });

  it("what is older than a month lies on the next page", async () => {
    await addJob({ id: "ancient", job: "ci-ancient", startTime: NOW - 45 * 24 * 3600 * 1000 });
    const first = await jobs(null, "?job=ci-ancient");
    expect(ids(first)).toEqual([]);
    expect(first.next).not.toBeNull();
    const second: Jobs = await (await call(first.next ?? "")).json();
    expect(ids(second)).toEqual(["ancient"]);
    expect(second.next).toBeNull();
  });

  it("an unchanged list costs a 304", async () => {
    const first = await call("/api/jobs");
    const again = await call("/api/jobs", { headers: { "if-none-match": first.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    expect(first.headers.get("vary")).toContain("Cookie");
  });
});

it("names of jobs and people cannot break out of the page", async () => {
  const evil = `"><script>alert(1)</script>`;
  await addJob({ id: "evil", job: evil, author: evil, startTime: NOW });
  const html = await (await call("/", asPage({}))).text();
  expect(html).not.toContain("<script>alert");
  expect(html).toContain("&lt;script");
});
