/** `npm run docs`: writes the README's table of plugins. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { REGISTRY } from "../../src/chatops/registry.ts";
import { withPluginTable } from "./plugin-table.ts";

const readme = path.resolve(import.meta.dirname, "../../README.md");
await writeFile(readme, withPluginTable(await readFile(readme, "utf8"), REGISTRY));
