/** A sink that keeps what an executor gives it. */
import { mkdtempSync, rmSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { JsonObject } from "../../../src/config/model.ts";
import type { PodInfo } from "../../../src/jobs/protocol.ts";
import type { Sink } from "../../../runner/executor.ts";
import { openLogStream } from "../../../runner/log-stream.ts";
import { Spool } from "../../../runner/spool.ts";

export interface RecordingSink extends Sink {
  readonly phases: string[];
  /** Artifacts by name. */
  readonly artifacts: Map<string, string>;
  readonly traces: JsonObject[];
  readonly infos: PodInfo[];
  text(): Promise<string>;
  /** Resolves once the log contains `part`. */
  says(part: string): Promise<void>;
  close(): Promise<void>;
}

export async function recordingSink(secrets: readonly string[] = []): Promise<RecordingSink> {
  const directory = mkdtempSync(path.join(tmpdir(), "cutwater-sink-"));
  const spool = await Spool.open(directory, { limit: 1e9, segmentBytes: 1e9 });
  const artifacts = new Map<string, string>();
  const phases: string[] = [];
  const traces: JsonObject[] = [];
  const infos: PodInfo[] = [];
  const hidden = [...secrets];
  const text = async () => (await spool.read(0, spool.size)).toString("utf8");
  return {
    phases,
    artifacts,
    traces,
    infos,
    text,
    async says(part) {
      for (;;) {
        // Asked for before looking: what comes in between is not missed.
        const grown = spool.grown();
        if ((await text()).includes(part)) return;
        await grown;
      }
    },
    async close() {
      await spool.close();
      rmSync(directory, { recursive: true, force: true });
    },
    hide: (values) => void hidden.push(...values),
    openLog: (prefix) => openLogStream(spool, hidden, prefix),
    note: (line) => spool.note(line),
    phase: (phase) => phases.push(phase),
    remember: async (trace) => void traces.push(trace),
    storePodInfo: async (info) => void infos.push(info),
    uploadSettled: () => undefined,
    async storeArtifacts(folder) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        artifacts.set(path.relative(folder, file), await readFile(file, "utf8"));
      }
      const bytes = [...artifacts.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0);
      return { files: artifacts.size, bytes, refused: [] };
    },
  };
}
