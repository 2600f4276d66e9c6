/** `issue-management`: links, pins and transfers issues (spec chatops 2.25). */
import { alone, type CommandTable, deafTo, heard, helpOf, verbsOf, words } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { Effect } from "../effects.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply } from "../messages.ts";
import {
  onlyMembers,
  onlyTopApprovers,
  pinIsForIssues,
  pinned,
  refusedByGitHub,
  transferIsForIssues,
  transferUnknown,
  transferUsage,
} from "../messages-issue-management.ts";

import { anyone } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";
import { link } from "./issue-management/link.ts";

interface Said {
  readonly what: "link" | "unlink" | "pin" | "unpin" | "transfer";
  readonly words: readonly string[];
}

const links =
  (what: Said["what"]) =>
  (rest: string): Said | null => {
    const named = rest.split(/[\s,]+/).filter((word) => word !== "");
    return named.length > 0 ? { what, words: named } : null;
  };

const members = { ...anyone, who: "Members of the organisation" };
const approvers = { ...anyone, who: "Approvers of the OWNERS file at the root" };

const table: CommandTable<Said> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["link-issue"],
      parse: links("link"),
      who: members,
      usage: "/link-issue <issue>...",
      description: "Names issues in the description of the pull request, so that its merge closes them.",
      examples: ["/link-issue 1234", "/link-issue 1234 org/repo#5678"],
    },
    {
      verbs: ["unlink-issue"],
      parse: links("unlink"),
      who: members,
      usage: "/unlink-issue <issue>...",
      description: "Takes issues out of the description of the pull request again.",
      examples: ["/unlink-issue 1234", "/unlink-issue 1234 org/repo#5678"],
    },
    {
      verbs: ["pin-issue"],
      parse: alone<Said>({ what: "pin", words: [] }),
      who: approvers,
      usage: "/pin-issue",
      description: "Pins the issue to the repository.",
      examples: ["/pin-issue"],
    },
    {
      verbs: ["unpin-issue"],
      parse: alone<Said>({ what: "unpin", words: [] }),
      who: approvers,
      usage: "/unpin-issue",
      description: "Unpins the issue.",
      examples: ["/unpin-issue"],
    },
    {
      verbs: ["transfer", "transfer-issue"],
      parse: (rest) => ({ what: "transfer", words: words(rest) }),
      who: members,
      usage: "/transfer[-issue] <repository>",
      description: "Transfers the issue to another repository of the organisation.",
      examples: ["/transfer-issue test-infra"],
    },
  ],
};

/** One kind of command for each comment, in this order: link and unlink, pin, unpin, transfer. */
async function comment(comment: GenericComment, view: View): Promise<Decision> {
  const deaf = deafTo(table, comment);
  if (deaf) return nothing(deaf);
  const said = heard(table, comment).map((command) => command.said);
  const of = (what: Said["what"]): readonly string[] => [
    ...new Set(said.flatMap((one) => (one.what === what ? one.words : []))),
  ];
  const has = (what: Said["what"]): Said | undefined => said.find((one) => one.what === what);
  if (has("link") || has("unlink")) return link(of("link"), of("unlink"), comment, view);
  if (has("pin")) return pin(true, comment, view);
  if (has("unpin")) return pin(false, comment, view);
  const transferring = has("transfer");
  return transferring ? transfer(transferring.words, comment, view) : nothing("no command of it");
}

type Shaped = (text: string) => string;

const shapedFor =
  (comment: GenericComment, view: View): Shaped =>
  (text) =>
    reply(answered(comment), view, text);
const refuse = (body: string, why: string): Decision => ({ effects: [{ kind: "comment", body }], why });

async function pin(pinning: boolean, comment: GenericComment, view: View): Promise<Decision> {
  const shaped = shapedFor(comment, view);
  if (comment.isPullRequest) return refuse(shaped(pinIsForIssues()), "this is a pull request");
  const { login } = comment.sender;
  const owners = await view.owners(await view.branchSha(view.repository.defaultBranch));
  if (!owners.leafApprovers("").has(login.toLowerCase())) {
    return refuse(shaped(onlyTopApprovers()), `${login} is no approver of the root`);
  }
  const effect: Effect = {
    kind: pinning ? "pinIssue" : "unpinIssue",
    onDone: [{ kind: "comment", body: shaped(pinned(pinning)) }],
    // At most three issues can be pinned: GitHub says so.
    onRefused: refusedByGitHub(shaped, pinning ? "pin this issue" : "unpin this issue"),
  };
  return { effects: [effect], why: pinning ? "it is pinned" : "it is unpinned" };
}

async function transfer(named: readonly string[], comment: GenericComment, view: View): Promise<Decision> {
  const shaped = shapedFor(comment, view);
  if (comment.isPullRequest) return refuse(shaped(transferIsForIssues()), "this is a pull request");
  const [repo, ...more] = named;
  if (repo === undefined || more.length > 0) return refuse(shaped(transferUsage()), "not exactly one repository");
  const { owner } = view.repository;
  if (!(await view.isMember(owner, comment.sender.login))) {
    return refuse(shaped(onlyMembers(owner)), `${comment.sender.login} is no member of ${owner}`);
  }
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(repo)) return refuse(shaped(transferUsage()), "that is no name of a repository");
  if (!(await view.repositoryExists(owner, repo))) {
    return refuse(shaped(transferUnknown(owner, repo)), "there is no such repository");
  }
  const onRefused = refusedByGitHub(shaped, `transfer this issue to ${owner}/${repo}`);
  return { effects: [{ kind: "transferIssue", repo, onRefused }], why: `it goes to ${owner}/${repo}` };
}

export const issueManagement: Plugin = {
  name: "issue-management",
  help: {
    description: "The issue-management plugin links issues to pull requests, pins issues, and transfers them.",
    commands: helpOf(table),
  },
  verbs: verbsOf(table),
  comment,
};
