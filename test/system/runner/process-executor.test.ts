import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createProcessExecutor } from "../../../runner/process/index.ts";
import { holdsForEveryExecutor } from "./executor-conformance.ts";

const directory = path.join(mkdtempSync(path.join(tmpdir(), "cutwater-jobs-")), "jobs");

holdsForEveryExecutor("process", () => createProcessExecutor({ directory, node: "node-1", fetchRetriesMs: [50, 100] }));
