/** What the fault tests share: people acting on the demo's pages, and looking at what came of it. */
import { expect } from "vitest";
import { z } from "zod";
import { eventually, type TestSystem } from "../../harness/system.ts";

export const HELLO = "cutwater-demo/hello";
const CONFIG = "cutwater-demo/config";
const JOB_FILE = "config/jobs/faults/faults-jobs.yaml";

const Version = z.object({ version: z.string() });
const Handled = z.object({
  deliveries: z.array(z.object({ guid: z.string(), event: z.string(), state: z.string(), number: z.number() })),
});
const Job = z.object({
  id: z.string(),
  state: z.string(),
  description: z.string(),
  attempt: z.number(),
  runner: z.string(),
  log: z.object({ size: z.number(), complete: z.boolean() }),
  timeline: z.array(z.object({ what: z.string(), detail: z.string() })),
});
const Artifacts = z.object({
  artifacts: z.array(z.object({ path: z.string(), size: z.number(), contentType: z.string() })),
  cursor: z.string().nullable(),
});

/** Waits as little as needed. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function world(system: TestSystem) {
  const { control } = system.github;
  const { url } = system.worker;
  let serial = 0;
  const json = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
    schema.parse(await (await fetch(`${url}${path}`)).json());
  const page = (number: number) => control.snapshot({ repo: HELLO, number });
  /** The bot's comments that contain `text`. */
  const answers = (number: number, text: string) =>
    page(number).comments.filter((comment) => comment.user.endsWith("[bot]") && comment.body.includes(text));
  const self = {
    url,
    page,
    answers,
    status: (number: number, context: string) => page(number).pull?.statuses[context],
    say: (number: number, body: string, as = "ben") => control.comment({ repo: HELLO, number, as, body }).id,
    /** Asks for what cannot be done: each is answered with one comment that names it. */
    ask: (number: number, who: string) => self.say(number, `/assign nobody-${who}`),
    answered: (number: number, who: string) => self.messages(number, `nobody-${who}`).length,
    /** Like `answers`, without what those comments quote: `word` stands by itself in what the bot says. */
    messages: (number: number, word: string) =>
      answers(number, word).filter(({ body }) => {
        const [message = ""] = body.split("<details>");
        return message.split(/[\s,.`"]+/).includes(word);
      }),
    issue: (title: string) => control.createIssue({ repo: HELLO, as: "ben", title }).number,
    /** A pull request that runs nothing by itself, after the bot has said what it has to say of it. */
    async draft(title: string): Promise<number> {
      serial += 1;
      const files = { [`notes/${serial}.txt`]: `${title}\n` };
      const { number } = await control.createPull({ repo: HELLO, as: "ben", title, files, draft: true });
      await eventually(`${title}: a word about drafts`, () => page(number).comments.length > 0);
      await eventually(`${title}: its size`, () => page(number).labels.some((label) => label.startsWith("size/")));
      return number;
    },
    /** Waits until the worker has done all that it was told of a page before: its effects go out in order. */
    async drained(number: number): Promise<void> {
      await control.settled();
      serial += 1;
      const who = `drain-${serial}`;
      self.ask(number, who);
      await eventually(`the last answer on #${number}`, () => self.answered(number, who) > 0, 60);
    },
    handled: (number: number) =>
      json(`/api/deliveries?repo=${HELLO}&limit=100`, Handled).then(({ deliveries }) =>
        deliveries.filter((one) => one.number === number && one.state === "handled"),
      ),
    /** Adds jobs to the configuration, by a push, as people do, and waits until they are in use. */
    async configure(yaml: string): Promise<void> {
      const { version } = await json("/api/config", Version);
      const push = { repo: CONFIG, as: "ada", branch: "main", files: { [JOB_FILE]: yaml }, message: "Fault jobs" };
      const sha = await control.push(push);
      expect(sha).toMatch(/^[0-9a-f]{40}$/);
      await eventually(
        "the new configuration is in use",
        async () => (await json("/api/config", Version)).version !== version,
        60,
      );
      await pause(2_100); // the longest that a version is remembered
    },
    /** Asks for a job and answers its id when its status stands. */
    async start(number: number, context: string): Promise<string> {
      const before = self.status(number, context)?.url;
      self.say(number, `/test ${context}`);
      return eventually(`${context} has a status`, () => {
        const link = self.status(number, context)?.url;
        return link && link !== before ? link.split("/").at(-1) : null;
      });
    },
    job: (id: string) => json(`/api/jobs/${id}`, z.object({ job: Job })).then(({ job }) => job),
    async ended(number: number, context: string, seconds = 60): Promise<string> {
      const finals = ["success", "failure", "error"];
      return eventually(
        `${context} ends`,
        () => {
          const state = self.status(number, context)?.state ?? "";
          return finals.includes(state) ? state : null;
        },
        seconds,
      );
    },
    async artifacts(id: string): Promise<z.infer<typeof Artifacts>["artifacts"]> {
      const all: z.infer<typeof Artifacts>["artifacts"] = [];
      let query = "";
      for (;;) {
        const { artifacts, cursor } = await json(`/jobs/${id}/artifacts/${query}`, Artifacts);
        all.push(...artifacts);
        if (cursor === null) return all;
        query = `?cursor=${encodeURIComponent(cursor)}`;
      }
    },
  };
  return self;
}

export interface FaultJob {
  readonly name: string;
  readonly script: string;
  /** Further lines of the job, e.g. `error_on_eviction: true`. */
  readonly more?: readonly string[];
}

/** A job file with presubmits of the demo's hello that run when they are asked for. */
export function jobFile(jobs: readonly FaultJob[]): string {
  const presubmits = jobs.flatMap(({ name, script, more = [] }) => [
    `  - name: ${name}`,
    "    always_run: false",
    "    optional: true",
    "    decorate: true",
    "    skip_report: false",
    "    decoration_config: { skip_cloning: true }",
    ...more.map((line) => `    ${line}`),
    "    spec:",
    "      containers:",
    "      - image: docker.io/library/alpine:3.22",
    `        command: ["sh", "-c", ${JSON.stringify(script)}]`,
  ]);
  return ["presubmits:", `  ${HELLO}:`, ...presubmits, ""].join("\n");
}
