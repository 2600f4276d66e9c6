/** Sealed values for cookies: AES-256-GCM, so that they can be neither read nor changed, and an end of validity. */
import * as z from "zod";

/** What a sealed value is for. A value sealed for one purpose never opens for another. */
export type SealPurpose = "session" | "sign-in" | "setup";

const Sealed = z.object({ exp: z.int(), value: z.unknown() });
const NONCE_BYTES = 12;

/** Keys per secret and purpose: derivation is cheap, but happens on every request of a signed-in viewer. */
async function sealKey(secret: string, purpose: SealPurpose): Promise<CryptoKey> {
  const bytes = new TextEncoder();
  const material = await crypto.subtle.importKey("raw", bytes.encode(secret), "HKDF", false, ["deriveKey"]);
  const derivation = {
    name: "HKDF",
    hash: "SHA-256",
    salt: bytes.encode("cutwater"),
    info: bytes.encode(`cookie: ${purpose}`),
  };
  return crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** URL-safe base64 without padding. */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Encrypts a JSON value. `expiresAt` in milliseconds; the result fits a cookie if the value is below 2.5 KB. */
export async function seal(secret: string, purpose: SealPurpose, value: unknown, expiresAt: number): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify({ exp: expiresAt, value }));
  const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await sealKey(secret, purpose), plain);
  const joined = new Uint8Array(NONCE_BYTES + cipher.byteLength);
  joined.set(iv);
  joined.set(new Uint8Array(cipher), NONCE_BYTES);
  return base64url(joined);
}

/** The value, or null when it was changed, sealed with another secret, for another purpose, or is past its end. */
export async function unseal(secret: string, purpose: SealPurpose, sealed: string, now: number): Promise<unknown> {
  const bytes = sealed.length <= 4096 ? fromBase64url(sealed) : null;
  if (bytes === null || bytes.length <= NONCE_BYTES + 16) return null;
  try {
    const iv = bytes.subarray(0, NONCE_BYTES);
    const key = await sealKey(secret, purpose);
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.subarray(NONCE_BYTES));
    const { exp, value } = Sealed.parse(JSON.parse(new TextDecoder().decode(plain)));
    return exp > now ? value : null;
  } catch {
    return null;
  }
}

/** Whether two secrets are equal, in a time that does not tell where they differ: their MACs under a passing key are. */
export async function sameSecret(given: string, expected: string): Promise<boolean> {
  const bytes = new TextEncoder();
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  const mac = await crypto.subtle.sign("HMAC", key, bytes.encode(expected));
  return crypto.subtle.verify("HMAC", key, mac, bytes.encode(given));
}
