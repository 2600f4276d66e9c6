/** One webhook on the wire: GitHub's headers, signed. */
import { createHmac } from "node:crypto";
import type { Hook } from "../state/model.ts";
import type { World } from "../world.ts";

const TIMEOUT_MS = 10_000;

function target(world: World, hook: Hook): { type: string; id: number } {
  if (hook.app !== null) return { type: "integration", id: hook.app };
  if (hook.repo !== null) return { type: "repository", id: world.repo(hook.repo)?.id ?? 0 };
  return { type: "organization", id: world.account(hook.org ?? "")?.id ?? 0 };
}

/** The headers of a delivery, signatures included. */
export function headersFor(
  world: World,
  hook: Hook,
  event: string,
  guid: string,
  body: string,
): Record<string, string> {
  const { type, id } = target(world, hook);
  const sign = (algorithm: "sha1" | "sha256") =>
    `${algorithm}=${createHmac(algorithm, hook.secret).update(body).digest("hex")}`;
  return {
    Accept: "*/*",
    "Content-Type": "application/json",
    "User-Agent": "GitHub-Hookshot/5a4db0c",
    "X-GitHub-Delivery": guid,
    "X-GitHub-Event": event,
    "X-GitHub-Hook-ID": String(hook.id),
    "X-GitHub-Hook-Installation-Target-ID": String(id),
    "X-GitHub-Hook-Installation-Target-Type": type,
    ...(hook.secret ? { "X-Hub-Signature": sign("sha1"), "X-Hub-Signature-256": sign("sha256") } : {}),
  };
}

export interface Outcome {
  /** 0: no answer. */
  readonly statusCode: number;
  readonly status: string;
  readonly duration: number;
  readonly answer: string;
}

/** Posts a body and tells what came of it; never throws. */
export async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  stop: AbortSignal,
): Promise<Outcome> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 10) / 100;
  try {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
    const text = (await answer.text()).slice(0, 2000);
    const status = answer.ok ? "OK" : `Invalid HTTP Response: ${answer.status}`;
    return { statusCode: answer.status, status, duration: seconds(), answer: text };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return {
      statusCode: 0,
      status: timedOut ? "timed out" : "failed to connect to host",
      duration: seconds(),
      answer: "",
    };
  }
}
