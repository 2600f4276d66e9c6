/** The view of one event: what the answers mean, and that each is asked for once (spec chatops 1.11, 3.2, 5). */
import { afterEach, describe, expect, it, vi } from "vitest";
import { createView } from "../../../src/chatops/world.ts";
import { repoConfig } from "../../pure/chatops/fake-view.ts";
import { API, APP, failure, gitHub, installed, withSettings } from "./harness.ts";

afterEach(() => vi.unstubAllGlobals());

type Answers = Parameters<typeof gitHub>[0];

/** A view of `owner/ship#5`; ids and owners are a test's own. */
function viewOf(owner: string, id: number, answers: Answers) {
  const { env } = withSettings(APP);
  const github = gitHub({ ...installed(owner, id), ...answers });
  const repository = { owner, repo: "ship", private: false, defaultBranch: "main" };
  return { github, view: createView(env, { repository, number: 5, config: repoConfig(), guid: "g", now: Date.now() }) };
}

const none = (status: number) => () => new Response(null, { status });

describe("membership", () => {
  it.each([
    ["204 is yes", 2001, none(204), true],
    ["404 is no", 2002, none(404), false],
  ])("%s", async (_name, id, answer, is) => {
    const { view, github } = viewOf(`org-${id}`, id, { [`GET /orgs/org-${id}/members/ada`]: answer });
    expect(await Promise.all([view.isMember(`org-${id}`, "ada"), view.isMember(`Org-${id}`, "Ada")])).toEqual([is, is]);
    expect(github.count(`GET /orgs/org-${id}/members/ada`)).toBe(1);
  });

  it("that we may not ask about is an error, not a no", async () => {
    const location = `${API}/orgs/org-2003/public_members/ada`;
    const { view } = viewOf("org-2003", 2003, {
      "GET /orgs/org-2003/members/ada": () => new Response(null, { status: 302, headers: { location } }),
      "GET /orgs/org-2003/public_members/ada": none(204),
    });
    expect(await failure(() => view.isMember("org-2003", "ada"))).toMatchObject({ name: "GitHubError", status: 302 });
  });

  it("in a person's own account needs no question", async () => {
    const { view, github } = viewOf("ada", 2004, {});
    expect(await view.isMember("Ada", "ada")).toBe(true);
    expect(github.asked).toEqual([]);
  });

  it.each([
    ["active", 2005, true],
    ["pending", 2006, false],
  ])("of a team that is %s", async (state, id, is) => {
    const org = `org-${id}`;
    const { view } = viewOf(org, id, {
      [`GET /orgs/${org}/teams`]: () => Response.json([{ name: "The Crew", slug: "the-crew" }]),
      [`GET /orgs/${org}/teams/the-crew/memberships/ada`]: () => Response.json({ state }),
    });
    expect(await view.isTeamMember(org, "the-crew", "Ada")).toBe(is);
    expect(await view.isMemberOfTeamNamed(org, "The Crew", "ada")).toBe(is);
    expect(await view.isMemberOfTeamNamed(org, "Nobody", "ada")).toBe(false);
  });
});

describe("a file", () => {
  const content = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  it("is text in UTF-8, or null", async () => {
    const { view } = viewOf("file-org", 2101, {
      "GET /repos/file-org/ship/contents/a%2Fb.md": () =>
        Response.json({ type: "file", encoding: "base64", content: content("Käse\n") }),
      "GET /repos/file-org/ship/contents/a/b.md": () =>
        Response.json({ type: "file", encoding: "base64", content: content("Käse\n") }),
    });
    expect(await view.fileAt("a/b.md", "main")).toBe("Käse\n");
    expect(await view.fileAt("missing", "main")).toBeNull();
  });

  it("of the pull request is asked for to the last of 3000, no further", async () => {
    const page = (n: number) =>
      Array.from({ length: 100 }, (_, at) => ({
        filename: `${n}-${at}`,
        status: "added",
        additions: 1,
        deletions: 0,
        changes: 1,
      }));
    const { view, github } = viewOf("many-org", 2102, {
      "GET /repos/many-org/ship/pulls/5/files": (request) => {
        const url = new URL(request.url);
        const at = Number(url.searchParams.get("page") ?? "1");
        url.searchParams.set("page", String(at + 1));
        return Response.json(page(at), { headers: { link: `<${url.href}>; rel="next"` } });
      },
    });
    expect(await view.files()).toHaveLength(3000);
    expect(github.count("GET /repos/many-org/ship/pulls/5/files")).toBe(30);
  });

  it("named OWNERS counts from its commit, in parts where GitHub cuts the tree off", async () => {
    const at = "/repos/owners-org/ship/git";
    const blob = (path: string, sha: string) => ({ path, sha, type: "blob", mode: "100644" });
    const { view, github } = viewOf("owners-org", 2103, {
      [`GET ${at}/trees/top?recursive=1`]: () => Response.json({ truncated: true, tree: [] }),
      [`GET ${at}/trees/top`]: () =>
        Response.json({
          truncated: false,
          tree: [blob("OWNERS", "b1"), { path: "pkg", sha: "sub", type: "tree", mode: "040000" }],
        }),
      [`GET ${at}/trees/sub`]: () =>
        Response.json({ truncated: false, tree: [blob("OWNERS", "b2"), blob("x.go", "b3")] }),
      [`GET ${at}/blobs/b1`]: () => Response.json({ content: content("approvers: [Ada, stranger]\n") }),
      [`GET ${at}/blobs/b2`]: () => Response.json({ content: content("approvers: [Bob]\n") }),
      "GET /repos/owners-org/ship/collaborators": () => Response.json([{ login: "ada" }, { login: "BOB" }]),
    });
    const owners = await view.owners("top");
    expect([...owners.approvers("pkg/x.go")].sort()).toEqual(["ada", "bob"]);
    expect([...owners.leafApprovers("pkg/x.go")]).toEqual(["bob"]);
    expect(github.count(`GET ${at}/blobs/b3`)).toBe(0);
    const before = github.asked.length;
    await view.owners("top");
    expect(github.asked).toHaveLength(before);
  });

  it("is read and parsed once, whatever commits hold it; aliases count at the root only, symbolic links never", async () => {
    const at = "/repos/same-org/ship/git";
    const blob = (path: string, sha: string, mode = "100644") => ({ path, sha, type: "blob", mode });
    const listed = (x: string) => () =>
      Response.json({
        truncated: false,
        tree: [
          blob("OWNERS", "s1"),
          blob("OWNERS_ALIASES", "s2"),
          blob("a/OWNERS_ALIASES", "s3"),
          blob("a/OWNERS", "s4", "120000"),
          blob("x.go", x),
        ],
      });
    const { view, github } = viewOf("same-org", 2104, {
      [`GET ${at}/trees/one?recursive=1`]: listed("x1"),
      [`GET ${at}/trees/two?recursive=1`]: listed("x2"),
      [`GET ${at}/blobs/s1`]: () => Response.json({ content: content("approvers: [team]\n") }),
      [`GET ${at}/blobs/s2`]: () => Response.json({ content: content("aliases: {team: [ada]}\n") }),
      "GET /repos/same-org/ship/collaborators": () => Response.json([{ login: "ada" }]),
    });
    const [one, two] = [await view.owners("one"), await view.owners("two")];
    expect([...one.approvers("a/x.go")]).toEqual(["ada"]);
    expect(two).toBe(one);
    expect(github.count(`GET ${at}/blobs/s1`)).toBe(1);
    expect(github.count("GET /repos/same-org/ship/collaborators")).toBe(1);
    expect([github.count(`GET ${at}/blobs/s3`), github.count(`GET ${at}/blobs/s4`)]).toEqual([0, 0]);
  });
});

it("asks for labels, statuses and search once each, however many plugins want them", async () => {
  const { view, github } = viewOf("once-org", 2201, {
    "GET /repos/once-org/ship/issues/5/labels": () => Response.json([{ name: "lgtm" }]),
    "GET /repos/once-org/ship/commits/abc/status": () =>
      Response.json({ state: "success", statuses: [{ context: "unit", state: "success", description: null }] }),
    "GET /search/issues": () => Response.json({ total_count: 3, items: [] }),
  });
  for (const labels of await Promise.all([view.labels(), view.labels()])) expect(labels).toEqual(["lgtm"]);
  for (const statuses of await Promise.all([view.statuses("abc"), view.statuses("abc")])) {
    expect(statuses).toEqual([{ context: "unit", state: "success", description: "", targetUrl: "" }]);
  }
  expect(await Promise.all([view.mergedPullRequests("o", "ada"), view.mergedPullRequests("o", "ada")])).toEqual([3, 3]);
  const asked = github.asked.filter((one) => one.key.startsWith("GET ") && !one.key.endsWith("/installation"));
  expect(asked).toHaveLength(3);
  expect(new URL(asked.at(-1)?.url ?? "").searchParams.get("q")).toBe("type:pr is:merged org:o author:ada");
});
