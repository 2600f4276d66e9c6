/** OWNERS of a repository from the texts of its files. */
import type { OwnersConfig } from "../../../../src/config/model.ts";
import { loadOwners, type Owners } from "../../../../src/owners/index.ts";
import { repoConfig } from "../fake-view.ts";

export function ownersOf(files: Readonly<Record<string, string>>, over: Partial<OwnersConfig> = {}): Owners {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return loadOwners(texts, { ...repoConfig().owners, ...over });
}
