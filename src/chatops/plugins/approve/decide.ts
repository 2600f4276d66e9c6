/** The decision over a pull request's approvals (spec chatops 2.2.4). Pure. */
import type { ApproveConfig } from "../../../config/plugin-settings.ts";
import type { Owners } from "../../../owners/index.ts";
import type { ChangedFile } from "../../plugin.ts";
import { type Area, areasOf } from "./areas.ts";
import type { Approvals } from "./collect.ts";
import { suggest, type Suggestion } from "./suggest.ts";

export interface Facts {
  readonly number: number;
  readonly body: string;
  readonly org: string;
  readonly assignees: readonly string[];
  readonly files: readonly ChangedFile[];
  readonly owners: Owners;
  readonly approvals: Approvals;
  readonly config: ApproveConfig;
}

export interface AreaState {
  readonly area: Area;
  /** Logins of those who approve it, in lower case; none: it is not approved. */
  readonly approvers: readonly string[];
}

export interface Verdict {
  readonly requirementsMet: boolean;
  readonly filesApproved: boolean;
  readonly areas: readonly AreaState[];
  /** Number of the linked issue, where one is needed and given. */
  readonly issue: string | null;
  /** Who waived it and may, as they write themselves. */
  readonly noIssueBy: readonly string[];
  readonly ask: Suggestion;
}

/**
 * Files are approved when there are any and each area has somebody's approval; the requirements are met when, besides, an
 * issue is not needed, or linked, or waived by somebody who may approve a part of the change.
 */
export function judge(facts: Facts): Verdict {
  const { approvals, config, files } = facts;
  const needed = areasOf(
    files.map(({ filename }) => filename),
    facts.owners,
  );
  const areas = needed.map((area): AreaState => {
    return { area, approvers: [...approvals.keys()].filter((login) => area.all.has(login)).sort() };
  });
  const filesApproved = files.length > 0 && areas.every(({ approvers }) => approvers.length > 0);
  const issue = linkedIssue(facts.body, facts.org);
  const noIssueBy = [...approvals]
    .filter(([login, { noIssue }]) => noIssue && needed.some(({ all }) => all.has(login)))
    .map(([, { login }]) => login)
    .sort();
  const assignees = new Set(facts.assignees.map((login) => login.toLowerCase()));
  return {
    filesApproved,
    requirementsMet: filesApproved && (!config.issue_required || issue !== null || noIssueBy.length > 0),
    areas,
    issue,
    noIssueBy,
    ask: suggest(needed, facts.number, new Set(approvals.keys()), assignees),
  };
}

/** The first `#1`, or address of an issue of the organisation, in a description. */
function linkedIssue(body: string, org: string): string | null {
  const name = org.replaceAll(/[^A-Za-z0-9-]/g, "");
  return new RegExp(`(?:${name}/[^/]+/issues/|#)(\\d+)`).exec(body)?.[1] ?? null;
}
