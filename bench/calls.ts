/**
 * Calls of GitHub for one event, through the built worker against the sandbox, beside those of Prow's plugins: each of
 * them asks for itself. Theirs are counted from the specification's table of calls, for the least eventful case.
 */
import * as z from "zod";
import { inRepository, ORG, useConfig } from "../test/harness/repositories.ts";
import { eventually, type TestSystem, testSystem } from "../test/harness/system.ts";
import type { Row } from "./table.ts";

const NAME = "harbor";
const AUTHOR = "chidi";
const PLUGINS =
  "approve, assign, blunderbuss, hold, label, lgtm, lifecycle, owners-label, release-note, size, trigger, wip";

/** Refs and files of a base with its collaborators: what Prow's plugins ask to know owners. */
const OWNERS = ["ref", "collaborators"];

/** By plugin: what Prow's asks and writes for an event of a member's pull request. */
const PROW = {
  "pull request opened": {
    trigger: ["member", "ref", "files"],
    approve: ["files", ...OWNERS, "labels", "comments", "reviews", "review comments", "+comment"],
    blunderbuss: ["files", ...OWNERS, "+reviewers"],
    size: ["labels", ".generated_files", ".gitattributes", "files", "+label"],
    "owners-label": ["files", ...OWNERS, "repository's labels", "labels", "+label"],
    "release-note": ["labels", "+label", "+comment"],
    wip: ["labels"],
  },
  "push to a pull request": {
    trigger: ["member", "labels", "ref", "files"],
    approve: ["files", ...OWNERS, "labels", "comments", "reviews", "review comments"],
    size: ["labels", ".generated_files", ".gitattributes", "files"],
    "owners-label": ["files", ...OWNERS, "repository's labels", "labels"],
    lgtm: ["labels"],
  },
  "/approve": {
    approve: [
      "pull request",
      "files",
      ...OWNERS,
      "labels",
      "comments",
      "reviews",
      "review comments",
      "-comment",
      "+comment",
      "+label",
    ],
  },
  "/lgtm": { lgtm: ["collaborator", "+assignee", "labels", "+label", "comments"] },
  "/hold": { hold: ["labels", "+label"] },
  "/assign @ben, /cc @emil": { assign: ["+assignee", "+reviewer"] },
  "a word": {},
} satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

const Deliveries = z.object({
  deliveries: z.array(z.object({ guid: z.string(), event: z.string(), action: z.string(), state: z.string() })),
});
const Delivery = z.object({ effectList: z.array(z.object({ state: z.string() })) });

/** How many calls a delivery of a pull request made, once all of its effects are carried out. */
async function callsOf(
  system: TestSystem,
  number: number,
  event: string,
  action: string,
  sender = AUTHOR,
): Promise<number> {
  const api = `${system.worker.url}/api/deliveries`;
  const guid = await eventually(`${event} ${action} of #${number}`, async () => {
    const query = `repo=${ORG}/${NAME}&number=${number}&event=${event}&sender=${sender}`;
    const { deliveries } = Deliveries.parse(await (await fetch(`${api}?${query}`)).json());
    const found = deliveries.find((one) => one.action === action && one.state === "handled");
    if (!found) return null;
    const { effectList } = Delivery.parse(await (await fetch(`${api}/${found.guid}`)).json());
    return effectList.every(({ state }) => state === "done" || state === "noop") ? found.guid : null;
  });
  return system.github.control.journal.requests.filter(({ delivery }) => delivery === guid).length;
}

export async function benchCalls(): Promise<Row[]> {
  const system = await testSystem({ capacity: 0 });
  try {
    const plugins = `plugins:\n  ${ORG}/${NAME}:\n    plugins: [${PLUGINS}]\n`;
    await useConfig(system, { "config/prow/plugins.yaml": plugins });
    const harbor = inRepository(system, NAME);
    let nth = 0;
    const open = (): Promise<number> => {
      nth += 1;
      return harbor.pull(AUTHOR, `Change ${nth}`, { [`notes/${nth}.md`]: "x\n" });
    };
    // Tokens, the bot's name and the owners are asked for once in a worker's life.
    await callsOf(system, await open(), "pull_request", "opened");
    const said = async (as: string, body: string): Promise<number> => {
      const number = await open();
      await callsOf(system, number, "pull_request", "opened");
      harbor.say(number, as, body);
      return await callsOf(system, number, "issue_comment", "created", as);
    };
    const pushed = async (): Promise<number> => {
      const number = await open();
      await callsOf(system, number, "pull_request", "opened");
      const files = { [`notes/${nth}.md`]: "y\n" };
      await system.github.control.pushToPull({ repo: harbor.repo, number, as: AUTHOR, files, message: "Again" });
      return await callsOf(system, number, "pull_request", "synchronize");
    };
    const ours: Readonly<Record<keyof typeof PROW, number>> = {
      "pull request opened": await callsOf(system, await open(), "pull_request", "opened"),
      "push to a pull request": await pushed(),
      "/approve": await said("ada", "/approve"),
      "/lgtm": await said("emil", "/lgtm"),
      "/hold": await said("emil", "/hold"),
      "/assign @ben, /cc @emil": await said("ada", "/assign @ben\n/cc @emil"),
      "a word": await said("emil", "well"),
    };
    return Object.entries(PROW).map(([name, asked]) => {
      const calls = Object.values<readonly string[]>(asked);
      const prow = calls.reduce((sum, list) => sum + list.length, 0);
      const mine = Object.entries(ours).find(([key]) => key === name)?.[1] ?? 0;
      const note = `Prow's plugins: ${prow} at least${calls.length > 1 ? `, of ${calls.length} plugins` : ""}`;
      return { name: `GitHub calls, ${name}`, value: String(mine), note };
    });
  } finally {
    await system.dispose();
  }
}
