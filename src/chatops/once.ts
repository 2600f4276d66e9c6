/** Small helpers of reading GitHub. */
import { GitHubError } from "../github/index.ts";

/** Shares one promise between all who ask the same. */
export function once<Of extends readonly string[], T>(ask: (...of: Of) => Promise<T>): (...of: Of) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (...of) => {
    const key = of.join("\n");
    const answer = asked.get(key) ?? ask(...of);
    asked.set(key, answer);
    return answer;
  };
}

const isMissing = (error: unknown): boolean => error instanceof GitHubError && error.status === 404;

/** 204 is yes, 404 no. Anything else is an error: "could not tell" is not "no". */
export async function yesOrNo(asked: Promise<unknown>): Promise<boolean> {
  return (await orNull(asked.then(() => true))) ?? false;
}

/** What there is, or null where GitHub answers 404. */
export async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
