/** A GitHub with one repository whose pull requests a pool merges: commits, refusals on demand, and what was asked. */
import * as z from "zod";
import { API } from "../github/harness.ts";

export const REQUIRED = "ci";

export interface FakePull {
  readonly number: number;
  readonly head: string;
  readonly labels: readonly string[];
  readonly ci: "SUCCESS" | "PENDING";
}

/** A call: `read #1 #2` (pull requests and the branch), `merge #1`, `open`, `compare`, or another one's method and path. */
export interface Asked {
  readonly what: string;
  readonly body: unknown;
}

const Query = z.object({ query: z.string(), variables: z.looseObject({}) });

export class FakeGitHub {
  readonly asked: Asked[] = [];
  /** Merge calls at once, at most. */
  most = 0;
  /** Before a call is answered: a Response goes instead of the answer. */
  before: (what: string, nth: number) => Promise<Response | null> = async () => null;
  /** After the work is done: a Response goes instead of the answer. */
  after: (what: string, nth: number) => Promise<Response | null> = async () => null;
  readonly #name: string;
  readonly #pulls = new Map<number, FakePull>();
  readonly #merged = new Map<number, string>();
  readonly #parents = new Map<string, readonly string[]>();
  #tip = sha("tip");
  #merging = 0;

  constructor(name: string) {
    this.#name = name;
  }

  pull(number: number, over: Partial<FakePull> = {}): void {
    this.#pulls.set(number, { number, head: sha(`head ${number}`), labels: ["lgtm"], ci: "SUCCESS", ...over });
  }

  /** Somebody else pushes to the branch. */
  push(message: string): void {
    this.#commit(sha(message), []);
  }

  get merged(): readonly number[] {
    return [...this.#merged.keys()];
  }

  count(what: string): number {
    return this.asked.filter((one) => one.what === what).length;
  }

  readonly fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    if (!request.url.startsWith(API)) return Response.json({ message: "Not Found" }, { status: 404 });
    const text = await request.text();
    const body: unknown = text === "" ? null : JSON.parse(text);
    const what = this.#whatIs(request.method, pathname, body);
    this.asked.push({ what, body });
    const nth = this.count(what);
    const merging = what.startsWith("merge ");
    if (merging) this.most = Math.max(this.most, ++this.#merging);
    try {
      return (await this.before(what, nth)) ?? (await this.#done(what, nth, body));
    } finally {
      if (merging) this.#merging -= 1;
    }
  };

  async #done(what: string, nth: number, body: unknown): Promise<Response> {
    const answer = this.#answer(what, body);
    return (await this.after(what, nth)) ?? answer;
  }

  #whatIs(method: string, path: string, body: unknown): string {
    if (path === "/graphql") {
      const { query } = Query.parse(body);
      if (query.includes("mergeQueue(")) return "repository";
      if (query.startsWith("query Open")) return "open";
      const numbers = [...query.matchAll(/p\d+: pullRequest\(number: (\d+)\)/g)].map(([, number]) => `#${number}`);
      return ["read", ...numbers].join(" ");
    }
    const short = path.replace(`/repos/${this.#name}`, "");
    const [, number] = /^\/pulls\/(\d+)\/merge$/.exec(short) ?? [];
    if (number !== undefined) return `merge #${number}`;
    return short.startsWith("/compare/") ? `compare ${short.slice("/compare/".length)}` : `${method} ${short}`;
  }

  #answer(what: string, body: unknown): Response {
    if (what === "repository") {
      const allowed = { mergeCommitAllowed: true, squashMergeAllowed: true, rebaseMergeAllowed: true };
      return Response.json({ data: { repository: { ...allowed, mergeQueue: null } } });
    }
    if (what === "open") {
      const nodes = [...this.#pulls.keys()].filter((number) => !this.#merged.has(number)).map((number) => ({ number }));
      const pullRequests = { nodes, pageInfo: { hasNextPage: false, endCursor: null } };
      return Response.json({ data: { repository: { pullRequests } } });
    }
    if (what.startsWith("read")) return this.#read([...what.matchAll(/#(\d+)/g)].map(([, number]) => Number(number)));
    if (what.startsWith("merge #")) return this.#merge(Number(what.slice("merge #".length)), body);
    if (what.startsWith("compare ")) return this.#compare(what.slice("compare ".length));
    if (what === "GET /rules/branches/main") return Response.json([]);
    if (what === "GET /branches/main") {
      const protection = { required_status_checks: { contexts: [REQUIRED] } };
      return Response.json({ protected: true, protection });
    }
    return Response.json({ message: "Not Found" }, { status: 404 });
  }

  #read(numbers: readonly number[]): Response {
    const nodes = numbers.map((number) => [`p${number}`, this.#node(number)]);
    return Response.json({
      data: { repository: { ref: { target: { oid: this.#tip } }, ...Object.fromEntries(nodes) } },
    });
  }

  #node(number: number): unknown {
    const pull = this.#pulls.get(number);
    const merged = this.#merged.get(number);
    const status = {
      __typename: "StatusContext",
      context: REQUIRED,
      state: pull?.ci,
      description: "",
      targetUrl: null,
    };
    const contexts = { nodes: [status], pageInfo: { hasNextPage: false, endCursor: null } };
    return {
      number,
      title: `Change ${number}`,
      body: "",
      url: `https://github.test/${this.#name}/pull/${number}`,
      createdAt: "2026-01-01T00:00:00Z",
      state: merged === undefined ? "OPEN" : "MERGED",
      author: { __typename: "User", login: "ada" },
      headRefOid: pull?.head,
      headRefName: `change-${number}`,
      baseRefName: "main",
      isDraft: false,
      mergeCommit: merged === undefined ? null : { oid: merged },
      mergeable: "MERGEABLE",
      mergeStateStatus: "CLEAN",
      canBeRebased: true,
      reviewDecision: null,
      isInMergeQueue: false,
      milestone: null,
      labels: { nodes: pull?.labels.map((label) => ({ name: label })) },
      commits: { nodes: [{ commit: { oid: pull?.head, statusCheckRollup: { contexts } } }] },
    };
  }

  #merge(number: number, body: unknown): Response {
    const pull = this.#pulls.get(number);
    const { sha: expected } = z.object({ sha: z.string() }).parse(body);
    if (!pull || this.#merged.has(number)) return refuse(405, "Pull Request is not mergeable");
    if (expected !== pull.head) return refuse(409, "Head branch was modified. Review and try the merge again.");
    const commit = sha(`merge ${number}`);
    this.#commit(commit, [pull.head]);
    this.#merged.set(number, commit);
    return Response.json({ sha: commit, merged: true, message: "Pull Request successfully merged" });
  }

  #commit(commit: string, others: readonly string[]): void {
    this.#parents.set(commit, [this.#tip, ...others]);
    this.#tip = commit;
  }

  #compare(range: string): Response {
    const [from, to = ""] = range.split("...");
    const commits: unknown[] = [];
    for (let at = to; at !== from; ) {
      const parents = this.#parents.get(at);
      if (!parents) break;
      commits.unshift({ sha: at, parents: parents.map((parent) => ({ sha: parent })) });
      at = parents[0] ?? "";
    }
    return Response.json({ commits });
  }
}

export const refuse = (status: number, message: string): Response => Response.json({ message }, { status });

/** Forty hexadecimal characters that stand for a text. */
export function sha(text: string): string {
  const hex = Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16));
  return hex.join("").slice(0, 40).padEnd(40, "0");
}
