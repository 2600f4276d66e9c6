/** What is wrong with a config.yaml as a whole (spec jobs 1.9, 1.10). Jobs are held elsewhere. */
import type { Document, Path } from "./document.ts";
import { entriesOf, type Fault, placed, regexFaults, templateFaults } from "./faults.ts";
import type { Problem } from "./model.ts";
import type { ProwConfig } from "./prow-schema.ts";
import { protectionFindings, tideFindings } from "./validate-tide.ts";

function* plankFaults({ plank, jenkins_operators }: ProwConfig): Generator<Fault> {
  const controllers: [Path, typeof plank | NonNullable<typeof jenkins_operators>[number]][] = [
    [["plank"], plank],
    ...(jenkins_operators ?? []).map((one, at): [Path, typeof one] => [["jenkins_operators", at], one]),
  ];
  for (const [path, controller] of controllers) {
    if (!controller) continue;
    const { report_template, report_templates, job_url_template } = controller;
    if (report_template && report_templates) yield [[...path, "report_template"], "excludes report_templates"];
    yield* templateFaults([
      [[...path, "job_url_template"], job_url_template],
      [[...path, "report_template"], report_template],
      ...entriesOf(report_templates).map(([key, text]): [Path, string] => [[...path, "report_templates", key], text]),
    ]);
  }
  if (plank?.default_decoration_configs && plank.default_decoration_config_entries)
    yield [["plank", "default_decoration_configs"], "excludes default_decoration_config_entries"];
  for (const [at, operator] of (jenkins_operators ?? []).entries()) {
    const alone = jenkins_operators?.length === 1;
    if (!alone && !operator.label_selector)
      yield [["jenkins_operators", at], "needs a label_selector where there are several operators"];
    if (alone && operator.label_selector)
      yield [["jenkins_operators", at, "label_selector"], "must not be given for a single operator"];
  }
}

function* deckFaults({ deck }: ProwConfig): Generator<Fault> {
  if (!deck) return;
  const path = ["deck"];
  if (Object.keys(deck.rerun_auth_configs ?? {}).length > 0 && deck.default_rerun_auth_configs?.length)
    yield [[...path, "rerun_auth_configs"], "excludes default_rerun_auth_configs"];
  if (deck.additional_allowed_buckets?.length && deck.skip_storage_path_validation !== false)
    yield [[...path, "additional_allowed_buckets"], "needs skip_storage_path_validation: false"];
  yield* templateFaults(
    (deck.external_agent_logs ?? []).map((log, at) => [
      [...path, "external_agent_logs", at, "url_template"],
      log.url_template,
    ]),
  );
  const { spyglass } = deck;
  for (const [at, lens] of (spyglass?.lenses ?? []).entries()) {
    for (const key of ["required_files", "optional_files"] as const)
      yield* regexFaults(placed([...path, "spyglass", "lenses", at, key], lens[key]));
  }
  yield* regexFaults(
    entriesOf(spyglass?.viewers).map(([pattern]) => [[...path, "spyglass", "viewers", pattern], pattern]),
  );
  for (const key of ["gcs_browser_prefixes", "gcs_browser_prefixes_by_bucket"] as const) {
    if (spyglass?.gcs_browser_prefix && spyglass[key]?.["*"] !== undefined)
      yield [[...path, "spyglass", key, "*"], "excludes gcs_browser_prefix"];
  }
  if (
    spyglass?.gcs_browser_prefixes?.["*"] !== undefined &&
    spyglass.gcs_browser_prefixes_by_bucket?.["*"] !== undefined
  )
    yield [[...path, "spyglass", "gcs_browser_prefixes_by_bucket", "*"], "excludes the * of gcs_browser_prefixes"];
}

function* reporterFaults({ slack_reporter_configs }: ProwConfig): Generator<Fault> {
  for (const [key, reporter] of entriesOf(slack_reporter_configs)) {
    const path = ["slack_reporter_configs", key];
    if (!reporter.channel) yield [path, "needs a channel"];
    yield* templateFaults([[[...path, "report_template"], reporter.report_template]]);
  }
}

function* apiFaults({ gangway, pubsub_subscriptions, pubsub_triggers }: ProwConfig): Generator<Fault> {
  const seen = new Set<string>();
  for (const [at, client] of (gangway?.allowed_api_clients ?? []).entries()) {
    const path = ["gangway", "allowed_api_clients", at];
    if (!client.gcp) {
      yield [path, "needs gcp"];
      continue;
    }
    const { endpoint_api_consumer_type: type = "", endpoint_api_consumer_number: number = "" } = client.gcp;
    if (type !== "PROJECT") yield [[...path, "gcp", "endpoint_api_consumer_type"], "must be PROJECT"];
    if (!/^[0-9]+$/.test(number))
      yield [[...path, "gcp", "endpoint_api_consumer_number"], "must be a project's number"];
    const id = `${type}:${number}`;
    if (seen.has(id)) yield [path, `is a client of the number ${number} once more`];
    seen.add(id);
    if (!client.allowed_jobs_filters?.length)
      yield [[...path, "allowed_jobs_filters"], "must hold at least one filter"];
    for (const [nth, filter] of (client.allowed_jobs_filters ?? []).entries())
      if (!filter.tenant_id) yield [[...path, "allowed_jobs_filters", nth], "needs a tenant_id"];
  }
  if (pubsub_subscriptions && pubsub_triggers) yield [["pubsub_subscriptions"], "excludes pubsub_triggers"];
}

function* otherFaults(prow: ProwConfig, now: number): Generator<Fault> {
  for (const [key, { token_created_after: created }] of entriesOf(prow.managed_webhooks?.org_repo_config)) {
    const path = ["managed_webhooks", "org_repo_config", key, "token_created_after"];
    const at = created === undefined ? Number.NaN : Date.parse(created);
    if (created !== undefined && Number.isNaN(at)) yield [path, "must be a time such as 2020-01-01T00:00:00Z"];
    if (at > now) yield [path, "must not lie in the future"];
  }
  yield* regexFaults([[["gerrit", "allowed_presubmit_trigger_re"], prow.gerrit?.allowed_presubmit_trigger_re]]);
}

/** `now` in milliseconds: nothing may claim to come from the future. */
export function prowProblems(prow: ProwConfig, document: Document, now: number): readonly Problem[] {
  const faults = [
    ...plankFaults(prow),
    ...deckFaults(prow),
    ...reporterFaults(prow),
    ...apiFaults(prow),
    ...otherFaults(prow, now),
    ...tideFindings(prow.tide),
    ...protectionFindings(prow["branch-protection"]),
  ];
  return faults.map(([path, message]) =>
    document.problem("error", "invalid-config", path, `${path.at(-1) ?? ""} ${message}`),
  );
}
