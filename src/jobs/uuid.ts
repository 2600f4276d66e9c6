/** Name-based UUIDs (RFC 9562, version 5): the same name always gives the same id. */

/** A namespace of our own; any constant serves. */
const NAMESPACE = Uint8Array.from([
  0x8f, 0x1d, 0x3a, 0x52, 0x6c, 0x0b, 0x5e, 0x47, 0x9a, 0x21, 0x7e, 0x64, 0xd0, 0xb3, 0x19, 0xc8,
]);

/** The version 5 UUID of a name, in lower case. */
export async function uuidV5(name: string): Promise<string> {
  const text = new TextEncoder().encode(name);
  const input = new Uint8Array(NAMESPACE.length + text.length);
  input.set(NAMESPACE);
  input.set(text, NAMESPACE.length);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-1", input)).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
