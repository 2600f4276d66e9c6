/** Labels that only some may touch (spec chatops 2.5, `restricted_labels`). */
import type { LabelConfig, RestrictedLabel } from "../../../config/model.ts";
import { sameLogin } from "../../permissions.ts";
import type { View } from "../../plugin.ts";

/** A label that somebody may not touch, and who may. */
export interface Refusal {
  readonly label: string;
  readonly teams: readonly string[];
  readonly users: readonly string[];
}

/** What `/label` takes, in lower case: additional and restricted labels, in configured order. */
export function configuredNames(config: LabelConfig): ReadonlySet<string> {
  const restricted = config.restricted_labels.map(({ label }) => label);
  return new Set([...config.additional_labels, ...restricted].map((label) => label.toLowerCase()));
}

/** Of some labels (lower case) those that a user may not touch. Several rules for one label: one that allows is enough. */
export async function refusals(labels: readonly string[], login: string, view: View): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  for (const label of new Set(labels)) {
    const rules = view.config.label.restricted_labels.filter((rule) => rule.label.toLowerCase() === label);
    if (rules.length === 0 || (await isAllowed(rules, login, view))) continue;
    const teams = [...new Set(rules.flatMap((rule) => rule.allowed_teams))];
    const users = [...new Set(rules.flatMap((rule) => rule.allowed_users))];
    refused.push({ label, teams, users });
  }
  return refused;
}

async function isAllowed(rules: readonly RestrictedLabel[], login: string, view: View): Promise<boolean> {
  if (rules.some((rule) => rule.allowed_users.some((user) => sameLogin(user, login)))) return true;
  for (const team of new Set(rules.flatMap((rule) => rule.allowed_teams))) {
    if (await view.isTeamMember(view.repository.owner, team, login)) return true;
  }
  return false;
}
