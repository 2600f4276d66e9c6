/** What the names of builds and jobs say by themselves. */

/** When a build id was made, in milliseconds; null for what is no such id. */
export function buildTime(buildId: string): number | null {
  if (!/^\d{10,20}$/.test(buildId)) return null;
  return Number(BigInt(buildId) >> 22n) + 1_288_834_974_657;
}

/** Whether a name matches a pattern with `*` for any text. Linear in both. */
export function globMatches(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}
