/** Data that our own worker wrote for this page: both sides are checked against the same type. */
// oxlint-disable-next-line no-unnecessary-type-parameters -- the caller names the type
export function ours<T>(value: unknown): T {
  // oxlint-disable-next-line no-unsafe-type-assertion -- same origin, same build, same type on the writing side
  return value as T;
}
