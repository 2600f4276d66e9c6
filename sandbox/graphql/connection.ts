/** GraphQL's pages: `first` and an opaque `after`, or `last`. */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  /** The end of the list, without a cursor. */
  readonly last?: number | null;
}

const cursorOf = (index: number): string => Buffer.from(`cursor:${index}`).toString("base64");
const indexOf = (cursor: string): number =>
  Number(/^cursor:(\d+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1]);

/** A page of a list; what cannot be a cursor begins anew. */
export function connection<T>(all: readonly T[], { first, after, last }: PageArgs = {}) {
  const following = after ? indexOf(after) + 1 || 0 : 0;
  const begin = last ? Math.max(0, all.length - last) : following;
  const nodes = all.slice(begin, first ? begin + first : undefined);
  const end = begin + nodes.length;
  const pageInfo = {
    hasNextPage: end < all.length,
    hasPreviousPage: begin > 0,
    startCursor: nodes.length > 0 ? cursorOf(begin) : null,
    endCursor: nodes.length > 0 ? cursorOf(end - 1) : null,
  };
  return { nodes, totalCount: all.length, pageInfo };
}
