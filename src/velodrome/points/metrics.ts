/** Which metrics a mirrored repository has: those of a config.yaml in the configuration repository, else Velodrome's own (spec velodrome 1.7). */
import { type Definition, readMetricList, readVelodromeConfig } from "../definitions.ts";

/** The names, questions and arguments of the original's config.yaml. */
const DEFAULTS = `
merge: { args: [--no-issues, --event=merged] }
contributions: { args: [--no-issues, --event=opened, --comments=.*, --log-author] }
open: { args: [--no-issues, "--state=opened,!merged", --percentiles=50] }
needs-rebase: { args: [--no-issues, "--state=opened,labeled:needs-rebase", --percentiles=50] }
lgtmed: { args: [--no-issues, "--state=opened,!labeled:needs-rebase,labeled:lgtm", --percentiles=50] }
approved: { args: [--no-issues, "--state=opened,!labeled:needs-rebase,labeled:approved", --percentiles=50] }
lgtmer: { args: [--no-issues, --event=labeled:lgtm, --comments=(?m)^/lgtm$, --log-author] }
approver: { args: [--no-issues, --event=labeled:approved, --comments=(?m)^/approve$, --log-author] }
testthis: { args: [--no-issues, "--comments=(?m)^(?:@k8s-bot.*test this|/retest|/test )"] }
open-issues: { args: [--no-pull-requests, "--state=opened,!closed", "--percentiles=50,90"] }
`;

export interface Metrics {
  readonly definitions: readonly Definition[];
  /** What is wrong with the file, for people; those definitions are left out. */
  readonly problem: string;
}

/** `text`: of the config.yaml; null: there is none. `repository`: in lower case. */
export function metricsOf(repository: string, file: string, text: string | null): Metrics {
  const { definitions, problems } =
    text === null ? readMetricList("metrics", DEFAULTS) : readVelodromeConfig(file, text);
  const [problem] = problems.filter(({ severity }) => severity === "error");
  return {
    definitions: definitions.filter((one) => one.repository === null || one.repository === repository),
    problem: problem ? `${problem.file}:${problem.line}: ${problem.message}` : "",
  };
}
