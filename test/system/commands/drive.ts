/** Says commands on fresh pull requests of a running system, over HTTP, and reads what came of each. */
import * as z from "zod";
import { standIn, useConfig } from "../../harness/repositories.ts";
import { eventually, jobContexts, type TestSystem, testSystem } from "../../harness/system.ts";
import { ACTORS, type Actor, type Row } from "./table.ts";

const REPO = "cutwater-demo/harbor";

const PLUGINS = `plugins:
  cutwater-demo:
    plugins: [approve, assign, help, hold, label, lgtm, lifecycle, release-note, sigmention, size, trigger, wip, yuks]
sigmention:
  regexp: '(?m)@cutwater-demo/sig-([\\w-]*)-(misc|test-failures|bugs|feature-requests|proposals|pr-reviews|api-reviews)'
`;
const OWNERS = "approvers:\n- ada\nreviewers:\n- emil\n";

export interface Driver {
  /** Says a row's command as an actor on a pull request of its own. Answers its effects in words, sorted. */
  say(row: Row, actor: Actor): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

const Effect = z.looseObject({
  kind: z.string(),
  label: z.string().optional(),
  logins: z.array(z.string()).optional(),
  users: z.array(z.string()).optional(),
  jobs: z.array(z.object({ spec: z.object({ job: z.string() }) })).optional(),
  changes: z.record(z.string(), z.unknown()).optional(),
});
const Delivery = z.object({
  state: z.string(),
  effectList: z.array(z.object({ effect: Effect, state: z.string(), answer: z.string() })),
});
const List = z.object({
  deliveries: z.array(
    z.object({ guid: z.string(), event: z.string(), action: z.string(), sender: z.string(), state: z.string() }),
  ),
});

const names = (list: readonly string[] = []): string => [...list].sort().join(", ");

function words(effect: z.infer<typeof Effect>): string {
  switch (effect.kind) {
    case "addLabel":
      return `+${effect.label}`;
    case "removeLabel":
      return `-${effect.label}`;
    case "comment":
      return "reply";
    case "upsertComment":
      return "notice";
    case "requestReview":
      return `cc ${names(effect.users)}`;
    case "removeReviewRequest":
      return `uncc ${names(effect.users)}`;
    case "startJobs":
      return `start ${names(effect.jobs?.map(({ spec }) => spec.job))}`;
    case "editIssue":
      return Object.entries(effect.changes ?? {})
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(", ");
    case "assign":
    case "unassign":
      return `${effect.kind} ${names(effect.logins)}`;
    default:
      return effect.kind;
  }
}

/** Answers what differs from the table, or null. */
export function differs(row: Row, actor: Actor, got: readonly string[]): string | null {
  const wanted = [...(row.effects[actor] ?? row.effects.others ?? [])].sort().join("; ");
  return got.join("; ") === wanted ? null : wanted || "nothing";
}

/** A system without a runner, whose configuration enables what the table is about. */
export async function driver(prebuilt = true): Promise<Driver> {
  const joker = await standIn({ "/": { joke: "Why did the ship blush? It saw the bottom." } });
  const services = JSON.stringify({ joke: { url: joker.url, headers: {} } });
  const system = await testSystem({ capacity: 0, prebuilt, settings: { SERVICES: services } });
  const { control } = system.github;
  const ada = { as: ACTORS.approver, branch: "main" };
  await control.push({ repo: REPO, ...ada, files: { OWNERS }, message: "One approver" });
  await useConfig(system, { "config/prow/plugins.yaml": PLUGINS });
  let nth = 0;
  return {
    say: (row, actor) => {
      nth += 1;
      return said(system, row, actor, nth);
    },
    async dispose() {
      await system.dispose();
      joker.close();
    },
  };
}

async function said(system: TestSystem, row: Row, actor: Actor, nth: number): Promise<readonly string[]> {
  const { control } = system.github;
  const title = row.title ?? `Change ${nth}`;
  const { number, sha } = await control.createPull({
    repo: REPO,
    as: ACTORS.author,
    title,
    files: { [`notes/${nth}.md`]: `${nth}\n` },
    fork: true,
  });
  const at = { repo: REPO, number };
  await handled(system, number, "pull_request", "opened", ACTORS.author);
  await eventually("its size is known", () => control.snapshot(at).labels.includes("size/XS"));
  await labelsHeard(system, number);
  for (const label of row.labels ?? []) {
    const had = control.snapshot(at).labels.includes(label);
    if (!had) control.addLabel({ ...at, as: ACTORS.approver, label });
  }
  if (row.failed !== undefined) {
    await eventually("its jobs wait", () => jobContexts(control.snapshot(at).pull?.statuses).length >= 2);
    await fail(system, sha, row.failed);
  }
  if (row.closed) control.setState({ ...at, as: ACTORS.approver, state: "closed" });
  control.comment({ ...at, as: ACTORS[actor], body: row.command });
  const { effectList } = await handled(system, number, "issue_comment", "created", ACTORS[actor]);
  const dead = effectList.find(({ state }) => state === "dead");
  if (dead) throw new Error(`${row.command} of ${actor}: ${words(dead.effect)} was given up: ${dead.answer}`);
  const done = effectList.filter(({ state }) => state === "done");
  return done.map(({ effect }) => words(effect)).sort();
}

/** GitHub tells of our own labels too, and a late word of one may answer a command before the comment's own event does. */
async function labelsHeard(system: TestSystem, number: number): Promise<void> {
  const on = system.github.control.snapshot({ repo: REPO, number }).labels.length;
  await eventually(`the ${on} labels of #${number} are heard of`, async () => {
    const query = `repo=${REPO}&number=${number}&event=pull_request`;
    const { deliveries } = List.parse(await (await fetch(`${system.worker.url}/api/deliveries?${query}`)).json());
    const heard = deliveries.filter(({ action, state }) => action === "labeled" && state !== "waiting");
    return heard.length >= on;
  });
}

/** What came of a webhook, once it is handled and every effect is carried out. */
async function handled(system: TestSystem, number: number, event: string, action: string, sender: string) {
  return eventually(`${event} of #${number} is handled`, async () => {
    const query = `repo=${REPO}&number=${number}&event=${event}&sender=${encodeURIComponent(sender)}`;
    const { deliveries } = List.parse(await (await fetch(`${system.worker.url}/api/deliveries?${query}`)).json());
    const found = deliveries.find((one) => one.action === action);
    if (!found || found.state === "waiting") return null;
    if (found.state === "failed") throw new Error(`${event} of #${number} failed`);
    const delivery = Delivery.parse(await (await fetch(`${system.worker.url}/api/deliveries/${found.guid}`)).json());
    return delivery.effectList.some(({ state }) => state === "waiting" || state === "sending") ? null : delivery;
  });
}

async function fail(system: TestSystem, sha: string, context: string): Promise<void> {
  const answer = await fetch(`${system.github.apiUrl}/repos/${REPO}/statuses/${sha}`, {
    method: "POST",
    headers: { authorization: `Bearer ${system.github.control.token(ACTORS.approver)}` },
    body: JSON.stringify({ state: "failure", context, description: "Job failed." }),
  });
  if (answer.status !== 201) throw new Error(`The sandbox answered ${answer.status}: ${await answer.text()}`);
}

/** Runs `work` over a list, some at a time, in order of the answers. */
export async function someAtATime<T, R>(list: readonly T[], most: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const hand = async (): Promise<void> => {
    for (let at = next++; at < list.length; at = next++) {
      const one = list[at];
      if (one !== undefined) answers[at] = await work(one);
    }
  };
  await Promise.all(Array.from({ length: most }, hand));
  return answers;
}
