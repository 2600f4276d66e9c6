/** Which object owns a webhook (design 10: events and effects). */
import * as z from "zod";

const Login = z.object({ login: z.string() });
const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/** The little of any payload that routing needs; everything else is parsed by whoever handles it. */
const Envelope = z.object({
  action: z.string().max(100).nullish(),
  number: z.int().nullish(),
  sender: Login.nullish(),
  organization: Login.nullish(),
  repository: z
    .object({
      name: z.string().regex(NAME),
      private: z.boolean().nullish(),
      owner: z.object({ login: z.string().nullish(), name: z.string().nullish() }),
    })
    .nullish(),
  issue: z.object({ number: z.int() }).nullish(),
  pull_request: z.object({ number: z.int().nullish() }).nullish(),
  installation: z.object({ account: Login.nullish() }).nullish(),
});

export interface Owned {
  readonly kind: "conversation" | "repository";
  /** Of the object: `owner/repo#number`, `owner/repo`, or `owner/`; lower case. */
  readonly object: string;
  readonly owner: string;
  readonly repo: string;
  readonly private: boolean;
  /** 0 for events of a repository or organisation. */
  readonly number: number;
  readonly action: string;
  readonly sender: string;
}

/** The owner of a payload; null when it names neither a repository nor an organisation, or is no such object. */
export function ownerOf(payload: unknown): Owned | null {
  const parsed = Envelope.safeParse(payload);
  if (!parsed.success) return null;
  const { repository, organization, installation, issue, pull_request: pull, action, sender } = parsed.data;
  const owner =
    repository?.owner.login ?? repository?.owner.name ?? organization?.login ?? installation?.account?.login ?? "";
  if (!NAME.test(owner)) return null;
  const repo = repository?.name ?? "";
  const number = repo === "" ? 0 : (issue?.number ?? pull?.number ?? 0);
  const kind = number > 0 ? "conversation" : "repository";
  const object = `${owner}/${repo}${number > 0 ? `#${number}` : ""}`.toLowerCase();
  return {
    kind,
    object,
    owner,
    repo,
    private: repository?.private ?? true,
    number,
    action: action ?? "",
    sender: sender?.login ?? "",
  };
}
