/** metadata.json of a job, which it writes itself among its artifacts (spec jobs 6.3). */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { JsonObject } from "../src/config/model.ts";

const METADATA_BYTES = 256 * 1024;
const Metadata = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

async function readMetadata(file: string): Promise<JsonObject | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (handle === null) return null;
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size > METADATA_BYTES) return null;
    return Metadata.parse(JSON.parse(await handle.readFile("utf8")));
  } catch {
    return null; // Not JSON: an artifact like any other.
  } finally {
    await handle.close();
  }
}

/** Of several containers merged, later ones win; undefined when there is none. */
export async function metadataOf(artifacts: string, containers: readonly string[]): Promise<JsonObject | undefined> {
  const files = containers.length > 1 ? containers.map((name) => `${name}-metadata.json`) : ["metadata.json"];
  let metadata: JsonObject | undefined;
  for (const file of files) {
    const part = await readMetadata(path.join(artifacts, file));
    if (part) metadata = { ...metadata, ...part };
  }
  return metadata;
}
