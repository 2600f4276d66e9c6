/** Who wants a pull request picked to which branches (spec chatops 2.40). */
import type { GenericComment, PullRequest } from "../../events.ts";
import { type CommandTable, heard, heardIn, words } from "../../commands.ts";
import type { Answered } from "../../messages.ts";
import { anyone, isBot, type Permission } from "../../permissions.ts";
import type { View } from "../../plugin.ts";

export interface Said {
  readonly target: string;
  /** Branches to go on to from there, one after the other. */
  readonly chain: readonly string[];
}

/** A pick that somebody asked for, in the order of the asking. */
export interface Request extends Said {
  readonly requester: string;
  readonly answered: Answered;
}

const MOST_TARGETS = 50;

const members: Permission = {
  who: "Members of the organisation; everybody where `allow_all` is set",
  check: async (login, view) => {
    const { owner } = view.repository;
    if (view.config.settings.cutwater.cherrypicker.allow_all) return { trusted: true, checked: [] };
    return { trusted: await view.isMember(owner, login), checked: [`member of ${owner}`] };
  },
};

export const table: CommandTable<Said> = {
  on: "pull requests",
  openOnly: false,
  commands: [
    {
      verbs: ["cherrypick", "cherry-pick"],
      exactCase: true,
      parse: (rest) => {
        const [target, ...chain] = words(rest);
        return target === undefined ? null : { target, chain };
      },
      who: members,
      usage: "/cherrypick <branch> [<branch>...]",
      description:
        "Cherry-picks the pull request to a branch, once it is merged, in a new pull request; from there on to further branches, one after the other.",
      examples: [
        "/cherrypick release-3.9",
        "/cherry-pick release-1.15",
        "/cherrypick release-1.6 release-1.5 release-1.4",
      ],
      featured: true,
    },
  ],
};

export const mayPick = (login: string, view: View): Promise<boolean> =>
  members.check(login, view).then(({ trusted }) => trusted);

/** The requests of one comment: one for each target, sorted. */
export function requestsIn(comment: GenericComment): readonly Said[] {
  return byTarget(heard(table, comment).map(({ said }) => said));
}

/** One for each target, the first of them, sorted. */
export function byTarget<S extends Said>(said: readonly S[]): readonly S[] {
  const first = new Map<string, S>();
  for (const one of said) if (!first.has(one.target)) first.set(one.target, one);
  return [...first.values()].toSorted((a, b) => (a.target < b.target ? -1 : 1)).slice(0, MOST_TARGETS);
}

/** All that was asked for: in the description, in comments in their order, by labels of the author. */
export async function allRequests(pullRequest: PullRequest, view: View): Promise<readonly Request[]> {
  const { body, author, htmlUrl } = pullRequest;
  const requests: Request[] = [];
  const add = (requester: string, text: string, url: string): void => {
    const answered = { login: requester, body: text, htmlUrl: url };
    for (const { said } of heardIn(table, text)) requests.push({ ...said, requester, answered });
  };
  // What a pick of ours says is the wish of whom it names.
  add((await isBot(view, author.login)) ? (assigneeIn(body) ?? author.login) : author.login, body, htmlUrl);
  for (const comment of await view.comments()) {
    if (await isBot(view, comment.author)) continue;
    add(comment.author, comment.body, `${htmlUrl}#issuecomment-${comment.id}`);
  }
  for (const target of targetsOf(await view.labels(), view)) {
    requests.push({ target, chain: [], requester: author.login, answered: { login: author.login, body: "", htmlUrl } });
  }
  return requests;
}

/** Branches that labels name. */
export function targetsOf(labels: readonly string[], view: View): readonly string[] {
  const { label_prefix: prefix } = view.config.settings.cutwater.cherrypicker;
  if (prefix === "") return [];
  return labels.flatMap((label) => (label.startsWith(prefix) ? [label.slice(prefix.length)] : [])).toSorted();
}

/** Those of people who may, one for each target: the first. */
export async function allowed(requests: readonly Request[], view: View): Promise<readonly Request[]> {
  const known = new Map<string, boolean>();
  const kept: Request[] = [];
  for (const request of requests) {
    const login = request.requester.toLowerCase();
    // What a pick of ours asks for was asked of us by somebody who may.
    const may = known.get(login) ?? ((await isBot(view, login)) || (await mayPick(login, view)));
    known.set(login, may);
    if (may) kept.push(request);
  }
  return byTarget(kept);
}

const assign: CommandTable<string> = {
  on: "pull requests",
  openOnly: false,
  commands: [
    {
      verbs: ["assign"],
      parse: (rest) => words(rest)[0] ?? null,
      who: anyone,
      usage: "",
      description: "",
      examples: [],
    },
  ],
};

function assigneeIn(body: string): string | undefined {
  return heardIn(assign, body)[0]?.said.replace(/^@/, "");
}
