/** What `cutwater velodrome export` writes of each kind: columns as the mirror's files name them. Times are Unix seconds. */
import * as z from "zod";
import { CommentRow, EventRow, IssueRow } from "../../src/velodrome/rows.ts";

const PointRow = z.object({
  repository: z.string(),
  metric: z.string(),
  field: z.string(),
  resolution: z.number(),
  at: z.number(),
  n: z.number(),
  sum: z.number(),
  least: z.number(),
  most: z.number(),
  last: z.number(),
  last_at: z.number(),
});

export type Cell = string | number | boolean | null | readonly string[];

/** `list`: of texts. */
type ColumnType = "text" | "whole" | "number" | "flag" | "list";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

const columns = (...texts: readonly `${string}:${ColumnType}`[]): readonly Column[] => {
  const TYPES = z.enum(["text", "whole", "number", "flag", "list"]);
  return texts.map((text) => {
    const [name = "", type] = text.split(":");
    return { name, type: TYPES.parse(type) };
  });
};

export const KINDS = {
  issues: {
    schema: IssueRow,
    columns: columns(
      "repository:text",
      "number:whole",
      "is_pr:flag",
      "user:text",
      "title:text",
      "state:text",
      "comments:whole",
      "labels:list",
      "created:whole",
      "closed:whole",
      "updated:whole",
    ),
  },
  events: {
    schema: EventRow,
    columns: columns(
      "repository:text",
      "id:whole",
      "issue:whole",
      "actor:text",
      "event:text",
      "label:text",
      "assignee:text",
      "at:whole",
    ),
  },
  comments: {
    schema: CommentRow,
    columns: columns("repository:text", "id:whole", "issue:whole", "user:text", "body:text", "review:flag", "at:whole"),
  },
  points: {
    schema: PointRow,
    columns: columns(
      "repository:text",
      "metric:text",
      "field:text",
      "resolution:whole",
      "at:whole",
      "n:whole",
      "sum:number",
      "least:number",
      "most:number",
      "last:number",
      "last_at:whole",
    ),
  },
} as const;
export type Kind = keyof typeof KINDS;
export type Row = Readonly<Record<string, Cell>>;
