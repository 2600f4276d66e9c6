/** Rows of the issue mirror (spec velodrome 1.2), as they lie in a mirror's NDJSON files. Times are Unix seconds, UTC. */
import * as z from "zod";

/** `org/repo`, in lower case as the original stored it. */
const Repository = z
  .string()
  .regex(/^[^/\s]+\/[^/\s]+$/, { error: "must be org/repo" })
  .transform((name) => name.toLowerCase());
/** Until 2106: what is beyond is not seconds. */
const Time = z.int({ error: "must be Unix seconds" }).min(0).max(4_294_967_295, { error: "must be Unix seconds" });
const Id = z.int().min(0);
/** Null for deleted accounts. */
const Login = z.string().nullish().default(null);

/** An issue or a pull request, as it is now. */
export const IssueRow = z.object({
  repository: Repository,
  number: Id,
  is_pr: z.boolean(),
  user: Login,
  title: z.string().nullish().default(null),
  state: z.string().nullish().default(null),
  comments: z.int().nullish().default(null),
  labels: z.array(z.string()).nullish().default(null),
  created: Time,
  closed: Time.nullish().default(null),
  updated: Time.nullish().default(null),
});
export type IssueRow = z.output<typeof IssueRow>;

/** Something that happened to an issue; it never changes. */
export const EventRow = z.object({
  repository: Repository,
  id: Id,
  issue: Id,
  actor: Login,
  /** GitHub's name: `labeled`, `closed`, ... Names that nobody knows here are fine. */
  event: z.string(),
  /** Of `labeled` and `unlabeled`. */
  label: z.string().nullish().default(null),
  /** Of `assigned` and `unassigned`. */
  assignee: z.string().nullish().default(null),
  at: Time,
});
export type EventRow = z.output<typeof EventRow>;

/** A comment as it reads now. Conversation comments and review comments number apart: the key is (review, id). */
export const CommentRow = z.object({
  repository: Repository,
  id: Id,
  issue: Id,
  user: Login,
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? ""),
  review: z
    .boolean()
    .nullish()
    .transform((review) => review ?? false),
  at: Time,
});
export type CommentRow = z.output<typeof CommentRow>;
