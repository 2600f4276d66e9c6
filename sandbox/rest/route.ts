import type { Call, Reply } from "../http/call.ts";

/** Handlers by GitHub's method and path template. */
export type Routes = Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>>;

export const R = "/repos/{owner}/{repo}";
