/** Content types of artifacts by their names, and which of them a browser may show. */

const BY_EXTENSION: Readonly<Record<string, string>> = {
  txt: "text/plain; charset=utf-8",
  log: "text/plain; charset=utf-8",
  out: "text/plain; charset=utf-8",
  err: "text/plain; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  csv: "text/csv; charset=utf-8",
  yaml: "application/yaml",
  yml: "application/yaml",
  json: "application/json",
  xml: "application/xml",
  html: "text/html; charset=utf-8",
  htm: "text/html; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  gz: "application/gzip",
  tgz: "application/gzip",
  tar: "application/x-tar",
  zip: "application/zip",
};

const RASTER = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
/** Structured text that a browser would render or run is shown as it is written. */
const SHOWN_AS_TEXT = new Set(["text/plain", "text/csv", "text/markdown", "application/json", "application/yaml"]);

export function contentTypeOf(path: string): string {
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return (Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined) ?? "application/octet-stream";
}

/** How a stored type is sent: text as plain text, raster images as they are, all else as a download (design 10, Web). */
export function servedAs(stored: string): { readonly type: string; readonly inline: boolean } {
  const essence = (stored.split(";")[0] ?? "").trim().toLowerCase();
  if (SHOWN_AS_TEXT.has(essence)) return { type: "text/plain; charset=utf-8", inline: true };
  if (RASTER.has(essence)) return { type: essence, inline: true };
  return { type: essence === "" ? "application/octet-stream" : stored, inline: false };
}
