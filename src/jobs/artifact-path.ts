/** Names of artifacts, as runners and readers give them: hostile until parsed. */

/** R2 takes keys of 1,024 bytes; this leaves room for the build's folder. */
const PATH_BYTES = 700;
const SEGMENT_BYTES = 255;

/** Thrown for a path that may not be; the message is for the runner's log. */
export class ArtifactPathError extends Error {
  override readonly name = "ArtifactPathError";
}

/**
 * A path below `artifacts/`, normalised: single slashes, no `.` segments. Throws {@link ArtifactPathError} for what
 * would leave the folder, is absolute, has control characters or backslashes, ends in a slash, or is too long.
 */
export function artifactPath(given: string): string {
  const shown = JSON.stringify(given.length > 120 ? `${given.slice(0, 120)}…` : given);
  const refuse = (why: string): never => {
    throw new ArtifactPathError(`Artifact ${shown} is refused: ${why}.`);
  };
  if (given === "") refuse("its path is empty");
  if (given.startsWith("/")) refuse("its path is absolute; give it relative to the artifacts folder");
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(given)) refuse("its path has control characters");
  if (given.includes("\\")) refuse("its path has a backslash");
  if (/^[A-Za-z]:/.test(given)) refuse("its path names a drive");
  if (given.endsWith("/")) refuse("its path ends in a slash, as a folder's does");
  const segments = given.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.includes("..")) refuse("its path leaves the artifacts folder");
  if (segments.length === 0) refuse("its path is empty");
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  if (segments.some((segment) => bytes(segment) > SEGMENT_BYTES))
    refuse(`a part of its path is longer than ${SEGMENT_BYTES} bytes`);
  const path = segments.join("/");
  if (bytes(path) > PATH_BYTES) refuse(`its path is longer than ${PATH_BYTES} bytes`);
  return path;
}

/** Decodes the rest of a URL's path. Throws {@link ArtifactPathError} when it is not valid percent-encoded UTF-8. */
export function decodedPath(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new ArtifactPathError("Artifact path is refused: it is not valid percent-encoded UTF-8.");
  }
}
