/** The entry: fetch, scheduled, and the exported durable objects. Nothing else. */
import { runCron } from "./cron.ts";
import type { Env } from "./env.ts";
import { createApp } from "./routes/app.ts";
import { api } from "./routes/api.ts";
import { buildMetrics } from "./routes/build-metrics.ts";
import { artifacts } from "./routes/artifacts.ts";
import { auth } from "./routes/auth.ts";
import { config } from "./routes/config.ts";
import { deck } from "./routes/deck.ts";
import { deckConfig } from "./routes/deck-config.ts";
import { deckLinks } from "./routes/deck-links.ts";
import { dashboard } from "./routes/dashboard.ts";
import { gangway } from "./routes/gangway.ts";
import { history } from "./routes/history.ts";
import { hook } from "./routes/hook.ts";
import { metrics } from "./routes/metrics.ts";
import { openapi } from "./routes/openapi.ts";
import { pull } from "./routes/pull.ts";
import { runner } from "./routes/runner.ts";
import { setup } from "./routes/setup.ts";
import { webhookSecrets } from "./routes/webhook-secrets.ts";
import { tide } from "./routes/tide.ts";
import { velodrome } from "./routes/velodrome.ts";
import { velodromeEmbed } from "./routes/velodrome-embed.ts";
import { velodromePanels } from "./routes/velodrome-panels.ts";
import { velodromeReports } from "./routes/velodrome-reports.ts";
import { velodromeImport } from "./routes/velodrome-import.ts";
import { velodromeSeries } from "./routes/velodrome-series.ts";

export { BuildCluster } from "../durable/build-cluster.ts";
export { Configuration } from "../durable/configuration.ts";
export { Conversation } from "../durable/conversation.ts";
export { GitHubBudget } from "../durable/github-budget.ts";
export { Horologium } from "../durable/horologium.ts";
export { Job } from "../durable/job.ts";
export { JobName } from "../durable/job-name.ts";
export { JobQueue } from "../durable/job-queue.ts";
export { MergePool } from "../durable/merge-pool.ts";
export { Mirror } from "../durable/mirror.ts";
export { Repository } from "../durable/repository.ts";

const app = createApp()
  .route("/", hook)
  .route("/", runner)
  .route("/", gangway)
  .route("/", openapi)
  .route("/", api)
  .route("/", config)
  .route("/", deck)
  .route("/", deckConfig)
  .route("/", deckLinks)
  .route("/", history)
  .route("/", pull)
  .route("/", tide)
  .route("/", velodrome)
  .route("/", velodromeImport)
  .route("/", velodromeSeries)
  .route("/", velodromeReports)
  .route("/", velodromePanels)
  .route("/", velodromeEmbed)
  .route("/", auth)
  .route("/", setup)
  .route("/", webhookSecrets)
  .route("/", metrics)
  .route("/", buildMetrics)
  .route("/", artifacts)
  .route("/", dashboard);

export default {
  fetch: app.fetch,
  scheduled: (controller, env, context) => runCron(controller.cron, controller.scheduledTime, env, context),
} satisfies ExportedHandler<Env>;
