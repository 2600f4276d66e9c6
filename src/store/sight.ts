/** Which rows of an index a viewer may see: the same rule as canSee in routes/viewer.ts, as SQL for lists. */
import { sql } from "drizzle-orm";
import type { Column, SQL } from "drizzle-orm";
import { repository } from "./schema.ts";

export type Sight =
  | { readonly everything: true }
  | {
      readonly everything: false;
      /** `org/repo` in lower case of private repositories that the viewer sees. */
      readonly also: readonly string[];
      /** Whether the viewer sees what belongs to no repository. */
      readonly unowned: boolean;
    };

/** A condition over the columns that name a row's repository. */
export function seen(sight: Sight, org: Column, repo: Column): SQL {
  if (sight.everything) return sql`1`;
  const fullName = sql`lower(${org} || '/' || ${repo})`;
  const isPublic = sql`exists (select 1 from ${repository} where ${repository.fullName} = ${fullName} and ${repository.private} = 0)`;
  const isGranted = sql`${fullName} in (select value from json_each(${JSON.stringify(sight.also)}))`;
  const isUnowned = sql`(${org} = '' and ${repo} = '' and ${sight.unowned ? 1 : 0})`;
  return sql`(${isPublic} or ${isGranted} or ${isUnowned})`;
}
