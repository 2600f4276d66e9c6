/** The next page of a Link header, or null. */
export function nextLink(header: string): string | null {
  for (const part of header.split(",")) {
    const [, url] = /^\s*<([^>]+)>.*;\s*rel="next"/.exec(part) ?? [];
    if (url !== undefined) return url;
  }
  return null;
}
