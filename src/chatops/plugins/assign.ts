/** `assign`: assignees and reviewers (spec chatops 2.4). Anyone may; GitHub decides who can be asked. */
import { type CommandTable, deafTo, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { answered, foreignTeams, missingAssignees, missingReviewers, reply } from "../messages.ts";
import { anyone, sameLogin } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

interface Said {
  readonly what: "assignee" | "reviewer";
  /** Without `@`; empty: the commenter. */
  readonly names: readonly string[];
  readonly add: boolean;
}

/** GitHub takes ten assignees; far more names than that are no request. */
const MAX_NAMES = 100;

/** A line counts as a whole or not at all: one name that cannot be one, and nothing happens. */
const ASSIGN = /^(?: @?[-\w]+)*[\t\f\r ]*$/;
const CC = /^(?: +@?[-/\w]+)*[\t\f\r ]*$/;

function parser(what: Said["what"], line: RegExp): (rest: string, verb: string) => Said | null {
  return (rest, verb) => {
    if (!line.test(rest)) return null;
    const names = rest.split(/[\t\f\r ]+/).filter((name) => name !== "");
    return { what, names: names.map((name) => name.replace(/^@/, "")), add: !verb.startsWith("un") };
  };
}

const table: CommandTable<Said> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["assign", "unassign"],
      parse: parser("assignee", ASSIGN),
      who: anyone,
      usage: "/[un]assign [[@]<login>...]",
      description: "Assigns people to the issue or pull request, or takes them off. Without names: you.",
      examples: ["/assign", "/unassign", "/assign @spongebob @patrick"],
      featured: true,
    },
    {
      verbs: ["cc", "uncc"],
      parse: parser("reviewer", CC),
      who: anyone,
      usage: "/[un]cc [[@]<login or org/team>...]",
      description:
        "Asks people, or teams of the repository's organisation, to review the pull request, or takes that back. Without names: you.",
      examples: ["/cc", "/uncc", "/cc @spongebob", "/cc @org/team"],
      featured: true,
    },
  ],
};

async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment).map((command) => command.said);
  if (said.length === 0) return nothing("no command of it");
  const effects = [
    ...assigneeEffects(wishes(said, "assignee", comment), comment, view),
    ...(comment.isPullRequest ? reviewerEffects(wishes(said, "reviewer", comment), comment, view) : []),
  ];
  if (effects.length === 0) return nothing("reviews can be asked for on pull requests only");
  const why = effects.map(({ kind }) => kind).join(", ");
  return { effects, why };
}

interface Wishes {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** Who is to be added and removed: what a comment says last of a name counts. */
function wishes(said: readonly Said[], what: Said["what"], comment: GenericComment): Wishes {
  const last = new Map<string, { readonly name: string; readonly add: boolean }>();
  for (const one of said) {
    if (one.what !== what) continue;
    for (const name of one.names.length > 0 ? one.names : [comment.sender.login]) {
      last.delete(name.toLowerCase());
      last.set(name.toLowerCase(), { name, add: one.add });
    }
  }
  const names = (add: boolean): readonly string[] =>
    [...last.values()].flatMap((wish) => (wish.add === add ? [wish.name] : [])).slice(0, MAX_NAMES);
  return { add: names(true), remove: names(false) };
}

function assigneeEffects({ add, remove }: Wishes, comment: GenericComment, view: View): readonly Effect[] {
  const effects: Effect[] = [];
  if (remove.length > 0) effects.push({ kind: "unassign", logins: remove });
  const onMissing = missingAssignees(answered(comment), view);
  if (add.length > 0) effects.push({ kind: "assign", logins: add, onMissing });
  return effects;
}

function reviewerEffects({ add, remove }: Wishes, comment: GenericComment, view: View): readonly Effect[] {
  const effects: Effect[] = [];
  const leaving = sorted(remove, view);
  if (leaving.users.length + leaving.teams.length > 0) {
    effects.push({ kind: "removeReviewRequest", users: leaving.users, teams: leaving.teams });
  }
  const { users, teams, foreign } = sorted(add, view);
  if (users.length + teams.length > 0) {
    effects.push({ kind: "requestReview", users, teams, onMissing: missingReviewers(answered(comment), view) });
  }
  if (foreign.length > 0) {
    const body = reply(answered(comment), view, foreignTeams(foreign, view.repository.owner));
    effects.push({ kind: "comment", body });
  }
  return effects;
}

/** Users, slugs of our organisation's teams, and what is neither. */
function sorted(names: readonly string[], view: View): { users: string[]; teams: string[]; foreign: string[] } {
  const users: string[] = [];
  const teams: string[] = [];
  const foreign: string[] = [];
  for (const name of names) {
    const [org = "", slug, more] = name.split("/");
    if (slug === undefined) users.push(name);
    else if (slug !== "" && more === undefined && sameLogin(org, view.repository.owner)) teams.push(slug);
    else foreign.push(name);
  }
  return { users, teams, foreign };
}

export const assign: Plugin = {
  name: "assign",
  help: {
    description: "The assign plugin assigns people and asks them for reviews.",
    commands: helpOf(table),
  },
  verbs: verbsOf(table),
  comment,
};
