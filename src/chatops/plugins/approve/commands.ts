/** What approve listens to (spec chatops 2.2.2). The argument of a line is read without case. */
import type { ApproveConfig } from "../../../config/plugin-settings.ts";
import type { CommandTable } from "../../commands.ts";
import { heardIn } from "../../commands.ts";
import type { Permission } from "../../permissions.ts";

export type Said =
  | { readonly act: "approve"; readonly how: "Approved" | "LGTM"; readonly noIssue: boolean }
  | { readonly act: "cancel" };

const approvers: Permission = {
  who: "Anyone; it counts for the files that OWNERS files name somebody as approver of",
  check: () => Promise.resolve({ trusted: true, checked: [] }),
};

export const table: CommandTable<Said> = {
  on: "pull requests",
  openOnly: true,
  commands: [
    {
      verbs: ["approve"],
      parse: (rest) => {
        const argument = rest.trim().toLowerCase();
        if (argument.includes("cancel")) return { act: "cancel" };
        return { act: "approve", how: "Approved", noIssue: argument === "no-issue" };
      },
      who: approvers,
      usage: "/approve [no-issue|cancel]",
      description:
        "Approves the files that you own. `no-issue` also waives the linked issue where one is needed; `cancel` takes your approval back.",
      examples: ["/approve", "/approve no-issue", "/approve cancel"],
      featured: true,
    },
    {
      verbs: ["remove-approve"],
      parse: () => ({ act: "cancel" }),
      who: approvers,
      usage: "/remove-approve",
      description: "Takes your approval back.",
      examples: ["/remove-approve"],
    },
  ],
};

/** With `lgtm_acts_as_approve` a second row: /lgtm approves, /lgtm cancel takes back. */
const withLgtm: CommandTable<Said> = {
  ...table,
  commands: [
    ...table.commands,
    {
      verbs: ["lgtm"],
      parse: (rest) =>
        rest.toLowerCase().includes("cancel") ? { act: "cancel" } : { act: "approve", how: "LGTM", noIssue: false },
      who: approvers,
      usage: "/lgtm",
      description: "Approves too, where `lgtm_acts_as_approve` is set.",
      examples: ["/lgtm"],
    },
  ],
};

/** What a text says to approve, in the order of its lines. */
export function saidIn(body: string, { lgtm_acts_as_approve }: ApproveConfig): readonly Said[] {
  return heardIn(lgtm_acts_as_approve ? withLgtm : table, body).map(({ said }) => said);
}
