/** Lines for what is found after a file was put away: reads it again, a few files in memory, so many times at most. */
import type { LineOf } from "./compile.ts";
import { readDocument, type Document } from "./document.ts";

const KEPT = 4;
/** Whoever has more mistakes than this finds the rest by the job's own line. */
const MOST_READS = 200;

/** `textOf`: the text of a file, or null. */
export function locator(textOf: (file: string) => string | null): LineOf {
  const documents = new Map<string, Document>();
  let reads = 0;
  return (file, path) => {
    let document = documents.get(file);
    if (!document) {
      const text = reads < MOST_READS ? textOf(file) : null;
      if (text === null) return 0;
      reads += 1;
      document = readDocument(file, text).document;
    }
    documents.delete(file);
    documents.set(file, document);
    const [oldest] = documents.keys();
    if (documents.size > KEPT && oldest !== undefined) documents.delete(oldest);
    return document.lineOf(path);
  };
}
