/** Who may rerun or abort a job (spec jobs 1.2, 4.7). A GitHub error is an error: it rejects, and means neither. */
import type { RerunAuthConfig, TriggerConfig } from "../config/model.ts";

/** What GitHub is asked about the person. Organisations and teams as their configuration names them. */
export interface RerunQuestions {
  isMember(org: string, login: string): Promise<boolean>;
  isCollaborator(login: string): Promise<boolean>;
  /** A team of the job's own organisation, by its number. */
  isInTeamId(id: number): Promise<boolean>;
  isInTeam(org: string, slug: string): Promise<boolean>;
  /** Of the pull request that the job tests. */
  labels(): Promise<readonly string[]>;
}

export interface RerunCase {
  /** Null: nobody is signed in. */
  readonly login: string | null;
  readonly org: string;
  /** The job's own `rerun_auth_config`. */
  readonly job: RerunAuthConfig | null;
  /** deck's, resolved for the repository. */
  readonly deck: RerunAuthConfig | null;
  /** Of a presubmit whose repository has the trigger plugin: then whoever may say `/test` may rerun. */
  readonly presubmit: { readonly author: string; readonly trigger: TriggerConfig } | null;
}

const sameLogin = (a: string, b: string): boolean => a.replace(/^@/, "").toLowerCase() === b.toLowerCase();

/** What is known without asking GitHub: `ask` when it must be asked. */
export function rerunAtOnce({ login, job, deck, presubmit }: RerunCase): "yes" | "no" | "ask" {
  const configs = [job, deck].filter((config) => config !== null);
  if (configs.some((config) => config.allow_anyone === true)) return "yes";
  if (login === null) return "no";
  if (configs.some((config) => config.github_users?.some((user) => sameLogin(user, login)))) return "yes";
  const asks = configs.some(
    ({ github_orgs, github_team_ids, github_team_slugs }) =>
      (github_orgs?.length ?? 0) + (github_team_ids?.length ?? 0) + (github_team_slugs?.length ?? 0) > 0,
  );
  return asks || presubmit !== null ? "ask" : "no";
}

/**
 * Whether somebody may rerun or abort. Order: anyone, then deck's configuration and the job's, each by user,
 * organisation, team number, team slug; then, for presubmits, whoever may say `/test` on the pull request.
 */
export async function mayRerun(asked: RerunCase, github: RerunQuestions): Promise<boolean> {
  const known = rerunAtOnce(asked);
  const { login, job, deck, presubmit, org } = asked;
  if (known !== "ask" || login === null) return known === "yes";
  for (const config of [deck, job]) {
    if (config !== null && (await isNamed(config, login, github))) return true;
  }
  return presubmit !== null && (await mayTest(presubmit, org, login, github));
}

async function isNamed(config: RerunAuthConfig, login: string, github: RerunQuestions): Promise<boolean> {
  for (const org of config.github_orgs ?? []) if (await github.isMember(org, login)) return true;
  for (const id of config.github_team_ids ?? []) if (await github.isInTeamId(id)) return true;
  for (const { org, slug } of config.github_team_slugs ?? []) if (await github.isInTeam(org, slug)) return true;
  return false;
}

/** The rule of `/test`: trusted users, and everybody on a pull request that is trusted (spec jobs 3.1). */
async function mayTest(
  { author, trigger }: NonNullable<RerunCase["presubmit"]>,
  org: string,
  login: string,
  github: RerunQuestions,
): Promise<boolean> {
  if (await github.isMember(org, login)) return true;
  if (!trigger.only_org_members && (await github.isCollaborator(login))) return true;
  const other = trigger.trusted_org;
  if (other !== "" && !sameLogin(other, org) && (await github.isMember(other, login))) return true;
  if (!trigger.ignore_ok_to_test && (await github.labels()).some((label) => label.toLowerCase() === "ok-to-test"))
    return true;
  return !sameLogin(author, login) && (await github.isMember(org, author));
}
