/** What was asked of the interface: counts per endpoint, the latest calls, and whatever was not as GitHub would have it. */

export interface RequestRecord {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** `METHOD /template`, or null for what GitHub does not have. */
  readonly endpoint: string | null;
  readonly status: number;
  readonly caller: string;
  /** The `X-GitHub-Delivery` that the client stamped on the call. */
  readonly delivery: string | null;
  readonly fault: string | null;
  /** Milliseconds. */
  readonly duration: number;
}

/** `request`: a call that GitHub would reject. `response`: an answer of the sandbox that GitHub would not give. */
export interface Violation {
  readonly kind: "request" | "response";
  readonly endpoint: string;
  readonly message: string;
}

const KEPT = 5000;

export class Journal {
  readonly #requests: RequestRecord[] = [];
  readonly #violations: Violation[] = [];
  #counts = new Map<string, number>();
  #total = 0;

  request(record: RequestRecord): void {
    this.#total += 1;
    this.#requests.push(record);
    if (this.#requests.length > KEPT) this.#requests.shift();
    const key = record.endpoint ?? "unknown";
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  violation(violation: Violation): void {
    this.#violations.push(violation);
    if (this.#violations.length > KEPT) this.#violations.shift();
  }

  clear(): void {
    this.#requests.length = 0;
    this.#violations.length = 0;
    this.#counts = new Map();
    this.#total = 0;
  }

  /** The latest calls, oldest first. */
  get requests(): readonly RequestRecord[] {
    return [...this.#requests];
  }

  get violations(): readonly Violation[] {
    return [...this.#violations];
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => a.localeCompare(b)));
  }

  get total(): number {
    return this.#total;
  }
}
