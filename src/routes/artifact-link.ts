/** Links to artifacts on their own origin, where nobody is signed in: signed, for an hour (design 10, Web). */
import { sameDigest } from "../jobs/credential.ts";

const LIFETIME_SECONDS = 3600;

/** `expires=...&signature=...` for a path. `now` in milliseconds. */
export async function signedQuery(secret: string, path: string, now: number): Promise<string> {
  const expires = Math.floor(now / 1000) + LIFETIME_SECONDS;
  return `expires=${expires}&signature=${await signature(secret, path, expires)}`;
}

/** Whether a query signs this path and has not expired. */
export async function isSigned(secret: string, path: string, query: URLSearchParams, now: number): Promise<boolean> {
  const expires = Number(query.get("expires") ?? "0");
  const genuine = await signature(secret, path, expires);
  return sameDigest(genuine, query.get("signature") ?? "") && expires * 1000 > now;
}

async function signature(secret: string, path: string, expires: number): Promise<string> {
  const bytes = new TextEncoder().encode(`artifact ${secret}`);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${expires} ${path}`));
  return Array.from(new Uint8Array(signed), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
