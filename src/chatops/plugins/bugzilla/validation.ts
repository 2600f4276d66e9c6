/** Whether the bug is valid: labels, what becomes of the bug, and whom to ask for a review (spec chatops 2.39). */
import * as z from "zod";
import type { Effect } from "../../effects.ts";
import {
  ASSIGN_QA_IS_OLD,
  BUG_REFERS_HERE,
  bugLink,
  bugMoved,
  bugzillaFailed,
  invalidBug,
  KEPT_BY_HAND,
  NO_BUG_NAMED,
  noQaAddress,
  noQaContact,
  qaAsked,
  qaUnknown,
  validBug,
} from "../../messages-bugzilla.ts";
import { hasLabel, isBot, sameLogin } from "../../permissions.ts";
import type { Decision, View } from "../../plugin.ts";
import { bugs, change, isFound, link, linkedPulls, moved, type Write } from "./bugs.ts";
import { type Found, inOrder, says, type Subject } from "./subject.ts";
import { checkBug } from "./validate.ts";

const VALID = "bugzilla/valid-bug";
const INVALID = "bugzilla/invalid-bug";
const SEVERITIES: readonly string[] = ["urgent", "high", "medium", "low", "unspecified"];
const severityLabel = (severity: string): string => `bugzilla/severity-${severity}`;

export type Asked = "refresh" | "assign-qa" | "cc-qa" | null;

/** The title names no bug: labels of one go, but for a valid one that somebody set. */
export async function noBug(subject: Subject): Promise<Decision> {
  const { effects, kept } = await labelled(subject.view, null, "");
  return { effects: [...effects, says(subject, `${NO_BUG_NAMED}${kept ? KEPT_BY_HAND : ""}`)], why: "no bug is named" };
}

export async function validate(subject: Found, asked: Asked, before = ""): Promise<Decision> {
  const { bug, url, options, view } = subject;
  const name = bugLink(bug.id, url);
  const needed = options.dependent_bug_states || options.dependent_bug_target_releases ? bug.depends_on : [];
  const dependents = await bugs(view, needed);
  const hidden = isFound(dependents) ? needed.find((id) => !dependents.found.some((one) => one.id === id)) : undefined;
  if (!isFound(dependents) || hidden !== undefined) {
    const why = isFound(dependents) ? `bug ${hidden} is not shown` : dependents.why;
    return { effects: [says(subject, bugzillaFailed(`Looking for the bugs that ${name} depends on`, why))], why };
  }
  const checked = checkBug(bug, dependents.found, options, url);
  const valid = checked.wrong.length === 0;
  const { effects: labels, kept } = await labelled(view, valid, bug.severity);
  if (!valid) {
    const message = `${before}${invalidBug(name, checked)}${kept ? KEPT_BY_HAND : ""}`;
    return { effects: [...labels, says(subject, message)], why: checked.wrong.join("; ") };
  }
  const { writes, done } = await consequences(subject);
  if (typeof writes === "string") {
    return {
      effects: [...labels, says(subject, bugzillaFailed("Looking for linked pull requests", writes))],
      why: writes,
    };
  }
  const review = await qaReview(subject, asked);
  const message = says(subject, `${before}${validBug(name, done, checked)}${review.text}`);
  const effects = [...labels, ...inOrder(subject, writes, [message, ...review.effects])];
  return { effects, why: `bug ${bug.id} is valid` };
}

/** Moves a valid bug on, and has it refer to the pull request. A string: why that cannot be known. */
async function consequences(subject: Found): Promise<{ writes: readonly Write[] | string; done: readonly string[] }> {
  const { bug, options, pull, view } = subject;
  const writes: Write[] = [];
  const done: string[] = [];
  const state = moved(options.state_after_validation, bug);
  if (state && options.state_after_validation) {
    writes.push(change(bug.id, state));
    done.push(bugMoved(options.state_after_validation));
  }
  if (options.add_external_link) {
    const linked = await linkedPulls(view, bug.id);
    if (!isFound(linked)) return { writes: linked.why, done };
    const { owner, repo } = view.repository;
    const here = { owner, repo, number: pull.number };
    if (!linked.found.some((one) => isSame(one, here))) {
      writes.push(link("add", bug.id, here));
      done.push(BUG_REFERS_HERE);
    }
  }
  return { writes, done };
}

type Place = { readonly owner: string; readonly repo: string; readonly number: number };

export const isSame = (a: Place, b: Place): boolean =>
  sameLogin(a.owner, b.owner) && sameLogin(a.repo, b.repo) && a.number === b.number;

/** What makes the labels right. `valid` null: no bug is named. A valid label that a person set is kept. */
async function labelled(
  view: View,
  valid: boolean | null,
  severity: string,
): Promise<{ effects: Effect[]; kept: boolean }> {
  const labels = await view.labels();
  const kept = valid !== true && hasLabel(labels, VALID) && (await setByHand(view));
  const wanted = new Map<string, boolean>(
    SEVERITIES.map((one) => [severityLabel(one), valid !== null && one === severity]),
  );
  wanted.set(VALID, valid === true || kept);
  wanted.set(INVALID, valid === false && !kept);
  const effects = [...wanted].flatMap(([label, want]): Effect[] => {
    if (want === hasLabel(labels, label)) return [];
    return [{ kind: want ? "addLabel" : "removeLabel", label }];
  });
  return { effects, kept };
}

async function setByHand(view: View): Promise<boolean> {
  const events = await view.issueEvents();
  const last = events.findLast(({ event, label }) => event === "labeled" && sameLogin(label, VALID));
  return last !== undefined && last.actor !== "" && !(await isBot(view, last.actor));
}

const Users = z.object({
  search: z.object({ edges: z.array(z.object({ node: z.object({ login: z.string().optional() }).nullable() })) }),
});
const WHO =
  "query ($email: String!) { search(type: USER, query: $email, first: 5) { edges { node { ... on User { login } } } } }";

/** The QA contact, when exactly one account of GitHub shows the contact's address. */
async function qaReview({ bug, url, view, pull }: Found, asked: Asked): Promise<{ text: string; effects: Effect[] }> {
  const explicit = asked === "assign-qa" || asked === "cc-qa";
  const name = bugLink(bug.id, url);
  const contact = bug.qa_contact_detail;
  if (!contact) return { text: explicit ? noQaContact(name) : "", effects: [] };
  if (contact.email === "") return { text: explicit ? noQaAddress(name) : "", effects: [] };
  const users = Users.parse(await view.graphql(WHO, { email: contact.email }));
  const logins = users.search.edges.flatMap(({ node }) => (node?.login ? [node.login] : []));
  const old = asked === "assign-qa" ? ASSIGN_QA_IS_OLD : "";
  const [login] = logins;
  if (login === undefined || logins.length > 1) return { text: `${qaUnknown(logins)}${old}`, effects: [] };
  // GitHub asks no author for a review of their own work.
  if (sameLogin(login, pull.author.login)) return { text: old, effects: [] };
  return { text: `${qaAsked(login)}${old}`, effects: [{ kind: "requestReview", users: [login], teams: [] }] };
}
