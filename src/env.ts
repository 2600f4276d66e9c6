/** Bindings and settings of the worker, parsed and validated once per isolate. */
import type { ConversationRpc, RepositoryRpc } from "./chatops/rpc.ts";
import type { ConfigurationRpc } from "./config/rpc.ts";
import type { GitHubBudgetRpc } from "./github/rpc.ts";
import type { BuildClusterRpc, HorologiumRpc, JobNameRpc, JobQueueRpc, JobRpc } from "./jobs/rpc.ts";
import { Settings } from "./settings.ts";
import type { MergePoolRpc } from "./tide/rpc.ts";
import type { MirrorRpc } from "./velodrome/rpc.ts";

export interface Env {
  readonly CONVERSATION: DurableObjectNamespace<ConversationRpc>;
  readonly REPOSITORY: DurableObjectNamespace<RepositoryRpc>;
  readonly CONFIGURATION: DurableObjectNamespace<ConfigurationRpc>;
  readonly JOB: DurableObjectNamespace<JobRpc>;
  readonly JOB_NAME: DurableObjectNamespace<JobNameRpc>;
  readonly JOB_QUEUE: DurableObjectNamespace<JobQueueRpc>;
  readonly BUILD_CLUSTER: DurableObjectNamespace<BuildClusterRpc>;
  readonly GITHUB_BUDGET: DurableObjectNamespace<GitHubBudgetRpc>;
  readonly HOROLOGIUM: DurableObjectNamespace<HorologiumRpc>;
  readonly MERGE_POOL: DurableObjectNamespace<MergePoolRpc>;
  readonly MIRROR: DurableObjectNamespace<MirrorRpc>;
  readonly DB: D1Database;
  readonly ARTIFACTS: R2Bucket;
  readonly ASSETS: Fetcher;
}

/** Thrown when a setting is wrong; the message names the settings, never their values. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

const parsed = new WeakMap<Env, Settings>();

/** The settings of an environment. Throws {@link SettingsError} with every wrong setting's name. */
export function settings(env: Env): Settings {
  const known = parsed.get(env);
  if (known) return known;
  const result = Settings.safeParse(env);
  if (!result.success) {
    const wrong = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new SettingsError(
      `Wrong settings. Set them with wrangler.toml [vars] or wrangler secret put. ${wrong.join("; ")}`,
    );
  }
  parsed.set(env, result.data);
  return result.data;
}
