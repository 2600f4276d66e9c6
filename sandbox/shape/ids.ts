/** GitHub's opaque node ids: a type's prefix and something unique. */
export const nodeId = (prefix: string, id: number | string): string =>
  `${prefix}_${Buffer.from(`sandbox:${id}`).toString("base64url")}`;
