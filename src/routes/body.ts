/** Reads bodies up to a cap. */

/** The bytes of a body, or null when there are more than `most`; reading stops there. */
export async function readBody(request: Request | Response, most: number): Promise<Uint8Array | null> {
  const announced = Number(request.headers.get("content-length") ?? "0");
  if (announced > most) return null;
  if (request.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > most) {
      await reader.cancel();
      return null;
    }
    pieces.push(next.value);
  }
  if (pieces.length === 1 && pieces[0]) return pieces[0];
  const joined = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
