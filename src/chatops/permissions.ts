/** Who may do what, with reasons (spec chatops 2.1.2, 2.3). A GitHub error is an error: it never means yes, nor no. */
import type { View } from "./plugin.ts";

/** Whether somebody may, and what was looked at, e.g. `member of kubernetes`: for refusals and the audit trail. */
export interface Trust {
  readonly trusted: boolean;
  readonly checked: readonly string[];
}

/** A row's permission: what the help page says, and what is checked. */
export interface Permission {
  readonly who: string;
  readonly check: (login: string, view: View) => Promise<Trust>;
}

export const anyone: Permission = {
  who: "Anyone",
  check: () => Promise.resolve({ trusted: true, checked: [] }),
};

export const trustedUsers: Permission = {
  who: "Trusted users: members of the organisation, collaborators of the repository, trusted apps",
  check: trustOf,
};

export const trustedOrOnTrusted: Permission = {
  who: "Trusted users, and everybody on a pull request that is trusted (its author is, or it has `ok-to-test`)",
  check: async (login, view) => {
    const trust = await trustOf(login, view);
    if (trust.trusted) return trust;
    const { author } = await view.pullRequest();
    return { ...trust, trusted: await isTrustedPullRequest(author.login, view) };
  },
};

/** Logins compare without case. */
export function sameLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Whether an account is the bot itself; an App speaks as `slug[bot]`. */
export async function isBot(view: View, login: string): Promise<boolean> {
  const bot = await view.botLogin();
  return sameLogin(login, bot) || sameLogin(login, `${bot}[bot]`);
}

/**
 * Whether a user may start jobs. In this order: the bot itself, member of the repository's organisation, collaborator
 * (unless `only_org_members`), trusted app, member of `trusted_org`.
 */
export async function trustOf(login: string, view: View): Promise<Trust> {
  const { owner } = view.repository;
  const { only_org_members, trusted_apps, trusted_org } = view.config.trigger;
  const checked: string[] = [];
  const yes = (what: string): Trust => ({ trusted: true, checked: [what] });
  if (await isBot(view, login)) return yes("the bot itself");
  const member = `member of ${owner}`;
  if (sameLogin(owner, login) || (await view.isMember(owner, login))) return yes(member);
  checked.push(member);
  if (!only_org_members) {
    const collaborator = `collaborator of ${owner}/${view.repository.repo}`;
    if (await view.isCollaborator(login)) return yes(collaborator);
    checked.push(collaborator);
  }
  if (trusted_apps.some((app) => sameLogin(login, `${app}[bot]`))) return yes("trusted app");
  if (trusted_org && !sameLogin(trusted_org, owner)) {
    const other = `member of ${trusted_org}`;
    if (await view.isMember(trusted_org, login)) return yes(other);
    checked.push(other);
  }
  return { trusted: false, checked };
}

/** Whether a pull request is trusted: its author is, or somebody who is said `/ok-to-test`. */
export async function isTrustedPullRequest(author: string, view: View): Promise<boolean> {
  if ((await trustOf(author, view)).trusted) return true;
  return hasLabel(await view.labels(), "ok-to-test");
}

/** Labels compare without case. */
export function hasLabel(labels: readonly string[], label: string): boolean {
  const wanted = label.toLowerCase();
  return labels.some((one) => one.toLowerCase() === wanted);
}
