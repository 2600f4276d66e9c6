/** Which object owns a webhook, and whether it names one repository only (design 10: who owns an event, trust). Pure. */
import * as z from "zod";

const Login = z.object({ login: z.string().max(200) });
const NAME = /^[A-Za-z0-9._-]{1,100}$/;
const FullName = z.object({ full_name: z.string().nullish() });

/** The little of any payload that routing needs; everything else is parsed by whoever handles it. */
const Envelope = z.object({
  action: z.string().max(100).nullish(),
  sender: Login.nullish(),
  organization: Login.nullish(),
  repository: z
    .object({
      name: z.string().regex(NAME),
      full_name: z.string().nullish(),
      private: z.boolean().nullish(),
      owner: z.object({ login: z.string().nullish(), name: z.string().nullish() }),
    })
    .nullish(),
  issue: z.object({ number: z.int() }).nullish(),
  pull_request: z
    .object({ number: z.int().nullish(), base: z.object({ repo: FullName.nullish() }).nullish() })
    .nullish(),
  installation: z.object({ account: Login.nullish() }).nullish(),
});
type Envelope = z.infer<typeof Envelope>;

/** Events that an object has a use for: plugins' seven, and what tells whether a repository is private. */
export const HANDLED_EVENTS: ReadonlySet<string> = new Set([
  "issues",
  "issue_comment",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "status",
  "repository",
  "public",
]);

export interface Owned {
  readonly kind: "conversation" | "repository";
  /** Of the object: `owner/repo#number`, `owner/repo`, or `owner/`; lower case. */
  readonly object: string;
  readonly owner: string;
  /** Empty for events of an organisation. */
  readonly repo: string;
  readonly private: boolean;
  /** 0 for events of a repository or organisation. */
  readonly number: number;
  readonly action: string;
  readonly sender: string;
}

export type Route =
  | { readonly kind: "owned"; readonly owned: Owned }
  /** Names neither a repository nor an organisation. */
  | { readonly kind: "unowned" }
  /** Is not of the shape that every webhook has. */
  | { readonly kind: "malformed"; readonly path: string }
  /** Names two repositories or owners: whose secret counts would be anybody's guess. */
  | { readonly kind: "contradictory"; readonly names: readonly string[] };

/** Routes a parsed body: an issue's or pull request's number, else the repository, else the organisation. */
export function route(payload: unknown): Route {
  const parsed = Envelope.safeParse(payload);
  if (!parsed.success) return { kind: "malformed", path: parsed.error.issues[0]?.path.join(".") ?? "" };
  const { repository, organization, installation, issue, pull_request: pull, action, sender } = parsed.data;
  const owner =
    repository?.owner.login ?? repository?.owner.name ?? organization?.login ?? installation?.account?.login ?? "";
  if (owner === "") return { kind: "unowned" };
  if (!NAME.test(owner)) return { kind: "malformed", path: "repository.owner.login" };
  const repo = repository?.name ?? "";
  const names = contradictions(parsed.data, owner, repo);
  if (names.length > 0) return { kind: "contradictory", names };
  const number = repo === "" ? 0 : (issue?.number ?? pull?.number ?? 0);
  if (number < 0) return { kind: "malformed", path: "number" };
  const object = `${owner}/${repo}${number > 0 ? `#${number}` : ""}`.toLowerCase();
  const owned: Owned = {
    kind: number > 0 ? "conversation" : "repository",
    object,
    owner,
    repo,
    private: repository?.private ?? true,
    number,
    action: action ?? "",
    sender: sender?.login ?? "",
  };
  return { kind: "owned", owned };
}

/** Other repositories or owners that a payload claims to be about. `organization` is nobody's business beside a repository. */
function contradictions({ repository, pull_request: pull }: Envelope, owner: string, repo: string): string[] {
  const here = `${owner}/${repo}`.toLowerCase();
  const fullNames = [repository?.full_name, pull?.base?.repo?.full_name];
  const logins = [repository?.owner.login, repository?.owner.name];
  return [
    ...fullNames.filter((name) => typeof name === "string" && name.toLowerCase() !== here),
    ...logins.filter((login) => typeof login === "string" && login.toLowerCase() !== owner.toLowerCase()),
  ].filter((name) => typeof name === "string");
}
