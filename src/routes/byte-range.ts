/** `Range` headers (RFC 9110, 14.2): one range of bytes; anything else is answered whole. */

export type ByteRange =
  | { readonly kind: "whole" }
  /** Bytes [from, to). */
  | { readonly kind: "part"; readonly from: number; readonly to: number }
  | { readonly kind: "unsatisfiable" };

export function parseByteRange(header: string | undefined, size: number): ByteRange {
  const [, first = "", last = ""] = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return { kind: "whole" };
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? { kind: "unsatisfiable" } : { kind: "part", from: size - length, to: size };
  }
  const from = Number(first);
  if (from >= size) return { kind: "unsatisfiable" };
  if (last !== "" && Number(last) < from) return { kind: "whole" };
  return { kind: "part", from, to: last === "" ? size : Math.min(Number(last) + 1, size) };
}
