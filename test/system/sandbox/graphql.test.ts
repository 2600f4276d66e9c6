/** The part of GraphQL that plugins use, in GitHub's shapes: blame, projects, pins, transfers, hidden comments. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, HARBOR, HELLO, type Json, PRIVATE, startBench } from "./harness.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
}, 60_000);
afterAll(() => bench.end());

async function ask(query: string, variables: Json = {}, token?: string): Promise<{ data: unknown; errors: unknown }> {
  const { json } = await bench.ask("/graphql", {
    method: "POST",
    body: { query, variables },
    ...(token === undefined ? {} : { token }),
  });
  return { data: json.data, errors: json.errors };
}
const person = (login: string): string => bench.sandbox.control.token(login);
const newIssue = (repo = HELLO) => bench.sandbox.control.createIssue({ repo, as: "ben", title: "An issue" });

async function nodeOf(path: string): Promise<string> {
  return String((await bench.ask(path)).json.node_id);
}

describe("refusals have GitHub's shape: 200, a type and a sentence", () => {
  const rows = [
    [`{ repository(owner: "x", name: "y") { id } }`, "NOT_FOUND", /Repository with the name 'x\/y'/],
    [
      `{ repository(owner: "cutwater-demo", name: "hello") { issueOrPullRequest(number: 999) { __typename } } }`,
      "NOT_FOUND",
      /number of 999/,
    ],
    [`{ user(login: "nobody-here") { login } }`, "NOT_FOUND", /login of 'nobody-here'/],
    [`{ node(id: "PVT_nonsense") { id } }`, "NOT_FOUND", /global id of 'PVT_nonsense'/],
    [`mutation { pinIssue(input: { issueId: "\\u0000" }) { clientMutationId } }`, "NOT_FOUND", /global id/],
    [
      `mutation { minimizeComment(input: { subjectId: "IC_x", classifier: OUTDATED }) { clientMutationId } }`,
      "NOT_FOUND",
      /global id/,
    ],
  ] as const;
  it.each(rows)("%s", async (query, type, message) => {
    expect((await ask(query)).errors).toMatchObject([{ type, message: expect.stringMatching(message) }]);
  });
  it("a body that is no JSON is refused as any other", async () => {
    const answer = await bench.ask("/graphql", { method: "POST", body: "{" });
    expect([answer.status, answer.json.message]).toEqual([400, "Problems parsing JSON"]);
  });
  it("a private repository is not there for others", async () => {
    const [owner, name] = PRIVATE.split("/");
    const { data, errors } = await ask(
      `{ repository(owner: "${owner}", name: "${name}") { id } }`,
      {},
      person("mallory"),
    );
    expect([data, errors]).toMatchObject([{ repository: null }, [{ type: "NOT_FOUND" }]]);
  });
});

describe("pins", () => {
  const pin = async (number: number, token?: string) =>
    ask(
      'mutation ($id: ID!) { pinIssue(input: { issueId: $id, clientMutationId: "m" }) { clientMutationId issue { isPinned } } }',
      { id: await nodeOf(`/repos/${HELLO}/issues/${number}`) },
      token,
    );
  it("at most three, each once, by whoever may write", async () => {
    const numbers = [1, 2, 3, 4].map(() => newIssue().number);
    const [first = 0, second = 0, third = 0, fourth = 0] = numbers;
    expect((await pin(first, person("mallory"))).errors).toMatchObject([{ type: "FORBIDDEN" }]);
    expect((await pin(first)).data).toEqual({ pinIssue: { clientMutationId: "m", issue: { isPinned: true } } });
    expect((await pin(first)).errors).toMatchObject([{ type: "UNPROCESSABLE" }]);
    for (const number of [second, third]) expect((await pin(number)).errors).toBeUndefined();
    expect((await pin(fourth)).errors).toMatchObject([{ message: expect.stringContaining("Maximum 3 pinned issues") }]);
  });
});

describe("transfers", () => {
  it("moves text, comments and known labels, and shows the way from the old number", async () => {
    const { control } = bench.sandbox;
    const { number } = newIssue();
    control.comment({ repo: HELLO, number, as: "chidi", body: "Not here" });
    control.addLabel({ repo: HELLO, number, as: "ada", label: "kind/bug" });
    const { data } = await ask(
      "mutation ($id: ID!, $to: ID!) { transferIssue(input: { issueId: $id, repositoryId: $to }) { issue { number } } }",
      { id: await nodeOf(`/repos/${HELLO}/issues/${number}`), to: await nodeOf(`/repos/${HARBOR}`) },
    );
    const moved = (data as { transferIssue: { issue: { number: number } } }).transferIssue.issue.number;
    expect(control.snapshot({ repo: HARBOR, number: moved })).toMatchObject({
      title: "An issue",
      labels: ["kind/bug"],
      comments: [{ user: "chidi", body: "Not here" }],
    });
    const old = await bench.ask(`/repos/${HELLO}/issues/${number}`);
    expect([old.status, old.headers.get("location")]).toEqual([
      301,
      `${bench.sandbox.apiUrl}/repos/${HARBOR}/issues/${moved}`,
    ]);
    await control.settled();
    const told = bench.received.filter(({ event }) => event === "issues").map(({ payload }) => payload.action);
    expect(told.slice(-2)).toEqual(["transferred", "opened"]);
  });
});

describe("projects", () => {
  it("an issue goes in once, gets a status and leaves again; strangers see none", async () => {
    const { control } = bench.sandbox;
    control.createProject({ owner: "cutwater-demo", title: "Roadmap", statuses: ["To do", "Done"], repos: [HELLO] });
    const { number } = newIssue();
    const list = `{ repository(owner: "cutwater-demo", name: "hello") { projectsV2(first: 10) { nodes { id title
      field(name: "Status") { ... on ProjectV2SingleSelectField { id options { id name } } } } } } }`;
    expect((await ask(list, {}, person("mallory"))).errors).toMatchObject([{ type: "FORBIDDEN" }]);
    const { data } = await ask(list);
    const [project] = (
      data as {
        repository: { projectsV2: { nodes: { id: string; field: { id: string; options: { id: string }[] } }[] } };
      }
    ).repository.projectsV2.nodes;
    const content = await nodeOf(`/repos/${HELLO}/issues/${number}`);
    const add = () =>
      ask(
        "mutation ($p: ID!, $c: ID!) { addProjectV2ItemById(input: { projectId: $p, contentId: $c }) { item { id } } }",
        {
          p: project?.id,
          c: content,
        },
      );
    const once = await add();
    expect((await add()).data).toEqual(once.data);
    const item = (once.data as { addProjectV2ItemById: { item: { id: string } } }).addProjectV2ItemById.item.id;
    const set = (option: unknown) =>
      ask(
        `mutation ($p: ID!, $i: ID!, $f: ID!, $o: String!) { updateProjectV2ItemFieldValue(input: { projectId: $p, itemId: $i,
          fieldId: $f, value: { singleSelectOptionId: $o } }) { projectV2Item { id } } }`,
        { p: project?.id, i: item, f: project?.field.id, o: option },
      );
    expect((await set("nonsense")).errors).toMatchObject([{ type: "UNPROCESSABLE" }]);
    expect((await set(project?.field.options[1]?.id)).errors).toBeUndefined();
    expect(control.snapshot({ repo: HELLO, number }).projects).toEqual({ Roadmap: "Done" });
    const remove =
      "mutation ($p: ID!, $i: ID!) { deleteProjectV2Item(input: { projectId: $p, itemId: $i }) { deletedItemId } }";
    expect((await ask(remove, { p: project?.id, i: item })).data).toEqual({
      deleteProjectV2Item: { deletedItemId: item },
    });
    expect(control.snapshot({ repo: HELLO, number }).projects).toEqual({});
  });
});

describe("reading", () => {
  it("blame tells who wrote which lines", async () => {
    const { json } = await bench.ask(`/repos/${HELLO}/branches/main`);
    const { sha } = json.commit as { sha: string };
    const { data } = await ask(
      `query ($oid: GitObjectID!) { repository(owner: "cutwater-demo", name: "hello") { object(oid: $oid) { ... on Commit {
        blame(path: "OWNERS") { ranges { startingLine endingLine commit { committedDate author { user { login } } } } } } } } }`,
      { oid: sha },
    );
    expect(data).toMatchObject({
      repository: {
        object: {
          blame: { ranges: [{ startingLine: 1, endingLine: 6, commit: { author: { user: { login: "ada" } } } }] },
        },
      },
    });
  });
  it("the test merge of a pull request has its head and its base as parents", async () => {
    const { control } = bench.sandbox;
    const { number, sha } = await control.createPull({
      repo: HELLO,
      as: "ben",
      title: "Merge me",
      files: { "m.md": "m\n" },
    });
    const base = await control.branch(HELLO, "main");
    const { data } = await ask(
      `{ repository(owner: "cutwater-demo", name: "hello") { pullRequest(number: ${number}) {
        potentialMergeCommit { oid parents(first: 2) { nodes { oid } } } } } }`,
    );
    expect(data).toMatchObject({
      repository: { pullRequest: { potentialMergeCommit: { parents: { nodes: [{ oid: base }, { oid: sha }] } } } },
    });
  });
  it("open pull requests of a base come in pages", async () => {
    const query = `query ($after: String) { repository(owner: "cutwater-demo", name: "hello") {
      pullRequests(states: OPEN, baseRefName: "main", first: 2, after: $after) { pageInfo { hasNextPage endCursor } nodes { number } } } }`;
    const seen: number[] = [];
    for (let after: string | null | undefined = null; after !== undefined; ) {
      const { data } = await ask(query, { after });
      const page = (
        data as {
          repository: {
            pullRequests: { pageInfo: { hasNextPage: boolean; endCursor: string }; nodes: { number: number }[] };
          };
        }
      ).repository.pullRequests;
      seen.push(...page.nodes.map(({ number }) => number));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
    }
    const listed = JSON.parse((await bench.ask(`/repos/${HELLO}/pulls?base=main&per_page=100`)).text) as {
      number: number;
    }[];
    expect(seen.toSorted((a, b) => a - b)).toEqual(listed.map(({ number }) => number).toSorted((a, b) => a - b));
  });
  it("people say that they are busy", async () => {
    bench.sandbox.control.setBusy("ben", true);
    const { data } = await ask(`{ user(login: "ben") { status { indicatesLimitedAvailability } } }`);
    expect(data).toEqual({ user: { status: { indicatesLimitedAvailability: true } } });
  });
  it("comments are hidden with a reason", async () => {
    const { control } = bench.sandbox;
    const { number } = newIssue();
    const { id } = control.comment({ repo: HELLO, number, as: "ben", body: "old" });
    const subject = await nodeOf(`/repos/${HELLO}/issues/comments/${id}`);
    const { data } = await ask(
      "mutation ($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) { minimizedComment { isMinimized minimizedReason } } }",
      { id: subject },
    );
    expect(data).toEqual({ minimizeComment: { minimizedComment: { isMinimized: true, minimizedReason: "outdated" } } });
    expect(control.snapshot({ repo: HELLO, number }).comments[0]?.hidden).toBe("outdated");
  });
});
