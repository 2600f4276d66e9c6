/** A small Bugzilla: bugs in memory, with the calls of its REST interface and of ExternalBugs that we make. */

export interface StoredBug {
  readonly id: number;
  [field: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const NOT_THERE: Answer = { status: 404, body: { error: true, code: 101, message: "There is no such bug." } };

interface Rpc {
  readonly method: string;
  readonly params: readonly {
    readonly bug_ids: readonly number[];
    readonly ext_bz_bug_id?: string;
    readonly external_bugs?: readonly { readonly ext_bz_bug_id: string }[];
  }[];
}

export class Bugzilla {
  readonly bugs = new Map<number, StoredBug>();
  /** Pull requests by bug, as `org/repo/pull/5`. */
  readonly links = new Map<number, string[]>();
  readonly comments: { readonly bug: number; readonly text: string; readonly isPrivate: boolean }[] = [];
  /** Writes, as `PUT /rest/bug/5`. */
  readonly writes: string[] = [];

  add(fields: StoredBug, links: readonly string[] = []): void {
    this.bugs.set(fields.id, { status: "NEW", resolution: "", is_open: true, ...fields });
    this.links.set(fields.id, [...links]);
  }

  answer(method: string, path: string, body: unknown = null): Answer {
    const { pathname, searchParams } = new URL(path, "http://bugzilla.test");
    if (method !== "GET") this.writes.push(`${method} ${pathname}`);
    const [, text, part] = /^\/rest\/bug(?:\/(\d+)(\/comment)?)?$/.exec(pathname) ?? [];
    if (pathname === "/jsonrpc.cgi") return this.#rpc(body as Rpc);
    if (!pathname.startsWith("/rest/bug")) return { status: 404, body: "<html>" };
    if (text === undefined) return method === "POST" ? this.#create(body as object) : this.#search(searchParams);
    const bug = this.bugs.get(Number(text));
    if (!bug) return NOT_THERE;
    if (method === "PUT") return this.#change(bug, body as Record<string, unknown>);
    if (part) return { status: 200, body: { bugs: { [text]: { comments: [{ text: "It breaks.", creator: "a" }] } } } };
    return {
      status: 200,
      body: { bugs: [searchParams.get("include_fields") === "external_bugs" ? this.#linksOf(bug) : bug] },
    };
  }

  #search(params: URLSearchParams): Answer {
    const ids = params.get("id")?.split(",").map(Number);
    const url = params.get("url");
    const all = [...this.bugs.values()];
    const found = all.filter((bug) => (ids ? ids.includes(bug.id) : url !== null && bug["url"] === url));
    return { status: 200, body: { bugs: found } };
  }

  #create(fields: object): Answer {
    const id = Math.max(0, ...this.bugs.keys()) + 1;
    this.add({ ...fields, id });
    return { status: 200, body: { id } };
  }

  #change(bug: StoredBug, { comment, depends_on, blocks, ...fields }: Record<string, unknown>): Answer {
    const added = (of: unknown): unknown => (of as { add?: unknown } | undefined)?.add;
    this.bugs.set(bug.id, {
      ...bug,
      ...fields,
      ...(depends_on ? { depends_on: added(depends_on) } : {}),
      ...(blocks ? { blocks: added(blocks) } : {}),
    });
    if (comment) {
      const { body, is_private } = comment as { body: string; is_private: boolean };
      this.comments.push({ bug: bug.id, text: body, isPrivate: is_private });
    }
    return { status: 200, body: { bugs: [{ id: bug.id }] } };
  }

  #linksOf({ id }: StoredBug): object {
    const type = { url: "https://github.com/" };
    return { external_bugs: (this.links.get(id) ?? []).map((ext_bz_bug_id) => ({ bug_id: id, ext_bz_bug_id, type })) };
  }

  #rpc({ method, params: [first] }: Rpc): Answer {
    const id = first?.bug_ids[0] ?? 0;
    const pull = first?.ext_bz_bug_id ?? first?.external_bugs?.[0]?.ext_bz_bug_id ?? "";
    const links = this.links.get(id) ?? [];
    const refused = (code: number, message: string): Answer => ({ status: 200, body: { error: { code, message } } });
    if (method === "ExternalBugs.add_external_bug") {
      if (links.includes(pull)) return refused(100_500, "duplicate key value violates unique constraint");
      this.links.set(id, [...links, pull]);
    } else {
      if (!links.includes(pull)) return refused(1006, "No external tracker bugs were found that matched your criteria");
      this.links.set(
        id,
        links.filter((one) => one !== pull),
      );
    }
    return { status: 200, body: { error: null, id: "identifier", result: {} } };
  }
}
