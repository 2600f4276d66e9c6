/** OWNERS files: who may approve and review what (spec chatops 3). */
export { isIgnoredDirectory, mayBeAboutOwners, ownersPaths } from "./files.ts";
export { loadOwners } from "./load.ts";
export { normalLogin, type OwnersFile, parseAliases, parseOwners } from "./parse.ts";
export type { Owners } from "./types.ts";
