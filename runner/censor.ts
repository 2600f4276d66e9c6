/** Secrets become asterisks, also where a secret is cut by the border of two chunks (design 10, Logs). */

export interface Censor {
  /** The part of what was given so far that can be shown. What may be the beginning of a secret waits for more. */
  push(bytes: Uint8Array): Uint8Array;
  /** The rest. */
  end(): Uint8Array;
}

/** Length of the longest suffix of `bytes` that begins a secret without being all of it. */
function pendingLength(bytes: Buffer, secrets: readonly Buffer[]): number {
  let longest = 0;
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, bytes.length); length > longest; length -= 1) {
      if (bytes.compare(secret, 0, length, bytes.length - length) === 0) {
        longest = length;
        break;
      }
    }
  }
  return longest;
}

/**
 * Overwrites in place each occurrence that begins at or after `from` and before `border`: leftmost first, at one place
 * the longest. Answers where the last one ends, or `from`.
 */
function cover(bytes: Buffer, secrets: readonly Buffer[], from: number, border: number): number {
  const next = secrets.map((secret) => bytes.indexOf(secret, from));
  for (let end = from; ; ) {
    let best = -1;
    for (const [index, secret] of secrets.entries()) {
      let at = next[index] ?? -1;
      if (at !== -1 && at < end) {
        at = bytes.indexOf(secret, end);
        next[index] = at;
      }
      if (at !== -1 && (best === -1 || at < (next[best] ?? 0))) best = index;
    }
    const start = best === -1 ? border : (next[best] ?? border);
    if (start >= border) return end;
    end = start + (secrets[best]?.length ?? 0);
    bytes.fill("*", start, end);
  }
}

/** Replaces each of `values` (UTF-8) by as many asterisks as it has bytes. Empty values are ignored. */
export function createCensor(values: readonly string[]): Censor {
  const secrets = [...new Set(values)]
    .filter((value) => value !== "")
    .map((value) => Buffer.from(value, "utf8"))
    .toSorted((a, b) => b.length - a.length);
  if (secrets.length === 0) return { push: (bytes) => bytes, end: () => new Uint8Array() };
  let held: Buffer = Buffer.alloc(0);
  return {
    push(bytes) {
      const all = Buffer.concat([held, bytes]);
      for (let from = 0; ; ) {
        const border = all.length - pendingLength(all.subarray(from), secrets);
        const end = cover(all, secrets, from, border);
        if (end <= border) {
          held = all.subarray(border);
          return all.subarray(0, border);
        }
        from = end; // A secret reached into what seemed to wait: look again behind it.
      }
    },
    end() {
      const rest = held;
      held = Buffer.alloc(0);
      cover(rest, secrets, 0, rest.length);
      return rest;
    },
  };
}

/** A whole text. */
export function censored(text: string, values: readonly string[]): string {
  const censor = createCensor(values);
  return Buffer.concat([censor.push(Buffer.from(text)), censor.end()]).toString("utf8");
}
