import type { ConfigIndex, Problem } from "./model.ts";
import type { ConfigPaths } from "./tarball.ts";

export type ConfigSource =
  /** `cutwater config push`, by an admin. Without paths, the archive is laid out as the settings say. */
  | { readonly kind: "push"; readonly actor: string; readonly paths?: ConfigPaths }
  /** A push to the configuration repository. */
  | { readonly kind: "sync"; readonly commit: string; readonly delivery: string };

export interface ConfigState {
  /** Version in use; empty before the first load. */
  readonly version: string;
  readonly index: ConfigIndex | null;
  /** The load under way or the last one that was refused, newest first, at most 20. */
  readonly loads: readonly ConfigLoad[];
}

export interface ConfigLoad {
  readonly id: string;
  readonly source: ConfigSource;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly state: "loading" | "current" | "refused" | "superseded" | "needs-confirmation";
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly problems: readonly Problem[];
}

/** Durable object `Configuration`, one for the installation, named `installation`. */
export interface ConfigurationRpc extends Rpc.DurableObjectBranded {
  /** Version in use; empty before the first load. Cheap: callers cache it for two seconds. */
  current(): Promise<string>;
  state(): Promise<ConfigState>;
  /** Starts loading a tarball that already lies in R2 under `key`. Answers at once; see {@link state}. */
  load(key: string, source: ConfigSource): Promise<{ id: string }>;
  /** Accepts a load that was held back since it would delete a large share of the jobs. */
  confirm(id: string): Promise<boolean>;
  /** Fetches the configuration repository at a commit and loads it (sync by push). */
  sync(commit: string, delivery: string): Promise<void>;
}
