/** What people can say to the trigger plugin (spec chatops 2.1.1). All of it is case-sensitive. */
import { alone, type Command, type CommandTable, words } from "../../commands.ts";
import { trustedOrOnTrusted, trustedUsers } from "../../permissions.ts";

export type TriggerCommand =
  | "test all"
  | "test"
  | "test without target"
  | "help"
  | "retest"
  | "retest with target"
  | "retest-required"
  | "test-manual-required"
  | "ok-to-test"
  | "ok-to-test cancel";

type Row = Command<TriggerCommand>;

/** `/test ...`: which of its forms. Names of jobs are for the jobs' own triggers to find. */
function parseTest(rest: string, verb: string): TriggerCommand | null {
  if (verb === "test?") return words(rest).length === 0 ? "help" : null;
  if (/^ all,?(?:[\t\f\r ]|$)/.test(rest)) return "test all";
  const [first, second] = words(rest);
  if (first === undefined) return "test without target";
  return first === "?" && second === undefined ? "help" : "test";
}

const test: Row = {
  verbs: ["test", "test?"],
  exactCase: true,
  parse: parseTest,
  who: trustedOrOnTrusted,
  usage: "/test (all|<job>...|?)",
  description:
    "Runs the named jobs, or with `all` every job that runs by itself for this change. With `?` lists what there is to run.",
  examples: ["/test all", "/test unit-test", "/test unit-test, integration-test", "/test ?"],
  featured: true,
};

const retest: Row = {
  verbs: ["retest"],
  exactCase: true,
  parse: (rest) => (words(rest).length === 0 ? "retest" : "retest with target"),
  who: trustedOrOnTrusted,
  usage: "/retest",
  description: "Runs the jobs that failed once more, and those that should have run and never reported.",
  examples: ["/retest"],
  featured: true,
};

const retestRequired: Row = {
  verbs: ["retest-required"],
  exactCase: true,
  parse: alone<TriggerCommand>("retest-required"),
  who: trustedOrOnTrusted,
  usage: "/retest-required",
  description: "As /retest, but leaves optional jobs alone.",
  examples: ["/retest-required"],
};

const manualRequired: Row = {
  verbs: ["test-manual-required"],
  exactCase: true,
  parse: alone<TriggerCommand>("test-manual-required"),
  who: trustedOrOnTrusted,
  usage: "/test-manual-required",
  description: "Runs the jobs that a merge needs and that never start by themselves.",
  examples: ["/test-manual-required"],
};

const okToTest: Row = {
  verbs: ["ok-to-test"],
  exactCase: true,
  parse: (rest) => {
    const [first, second] = words(rest);
    if (first === undefined) return "ok-to-test";
    return first === "cancel" && second === undefined ? "ok-to-test cancel" : null;
  },
  who: trustedUsers,
  usage: "/ok-to-test [cancel]",
  description:
    "Trusts a pull request of somebody from outside: its jobs run now and after each push. With `cancel` takes that back.",
  examples: ["/ok-to-test", "/ok-to-test cancel"],
};

export const table: CommandTable<TriggerCommand> = {
  on: "pull requests",
  openOnly: true,
  commands: [test, retest, retestRequired, manualRequired, okToTest],
};
