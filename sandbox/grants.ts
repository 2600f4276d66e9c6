/** Short-lived, single-use codes: sign-in, App manifests, downloads. Kept in memory only, as they live for minutes. */
import { randomBytes } from "node:crypto";

export class Grants<T> {
  readonly #lifetime: number;
  readonly #known = new Map<string, { value: T; until: number }>();

  constructor(seconds: number) {
    this.#lifetime = seconds * 1000;
  }

  /** Gives a code for a value. */
  put(value: T): string {
    const now = Date.now();
    for (const [code, grant] of this.#known) if (grant.until < now) this.#known.delete(code);
    const code = randomBytes(20).toString("hex");
    this.#known.set(code, { value, until: now + this.#lifetime });
    return code;
  }

  /** The value of a code, once. Null when it is unknown, used, or too old. */
  take(code: string): T | null {
    const grant = this.#known.get(code);
    this.#known.delete(code);
    return grant && grant.until >= Date.now() ? grant.value : null;
  }
}
