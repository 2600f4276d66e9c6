/** `cutwater explain org/repo#5 "/lgtm"`: which plugins would act on a comment, with which effects and why, without acting. */
import { defineCommand } from "citty";
import { z } from "zod";
import { tell, WORKER_FLAGS, workerAt, WorkerError } from "./worker-client.ts";

const Effect = z.looseObject({ kind: z.string() });

const Explanation = z.object({
  repository: z.string(),
  number: z.number(),
  as: z.string(),
  configVersion: z.string(),
  summary: z.string(),
  runs: z.array(z.object({ plugin: z.string(), handler: z.string(), outcome: z.string(), why: z.string() })),
  effects: z.array(z.object({ effect: Effect, cause: z.object({ plugin: z.string(), rule: z.string() }) })),
});

const SUBJECT = /^(?<repo>[\w.-]+\/[\w.-]+)#(?<number>\d+)$/;

/** An effect in one line: its kind, and what it carries as far as it is short. */
export function effectLine(effect: z.infer<typeof Effect>): string {
  const { kind, ...rest } = effect;
  const jobs = z.array(z.object({ spec: z.object({ job: z.string() }) })).safeParse(rest["jobs"]);
  if (jobs.success) return `${kind} ${jobs.data.map(({ spec }) => spec.job).join(", ")}`;
  const details = Object.entries(rest).map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const line = text.replaceAll(/\s+/g, " ");
    return `${key}=${line.length > 100 ? `${line.slice(0, 97)}...` : line}`;
  });
  return [kind, ...details].join(" ");
}

const SIGNS: Readonly<Record<string, string>> = { effects: "+", nothing: "-", error: "!", timeout: "!" };

function lines({ effects, runs, ...of }: z.infer<typeof Explanation>): string[] {
  return [
    `If ${of.as} said this on ${of.repository}#${of.number}: ${of.summary}`,
    "",
    effects.length === 0 ? "Nothing would be done." : "What would be done:",
    ...effects.map(({ effect, cause }) => `  ${effectLine(effect)}  (${cause.plugin}: ${cause.rule})`),
    "",
    "Who would look at it:",
    ...runs.map((run) => `  ${SIGNS[run.outcome] ?? "?"} ${run.plugin} (${run.handler}): ${run.why}`),
  ];
}

export const explain = defineCommand({
  meta: { name: "explain", description: "What a comment would do, without making it" },
  args: {
    subject: { type: "positional", required: true, description: "org/repo#number" },
    comment: { type: "positional", required: true, description: "The comment, e.g. /lgtm" },
    as: { type: "string", required: true, description: "Login of who would say it" },
    json: { type: "boolean", default: false, description: "The whole answer as JSON" },
    ...WORKER_FLAGS,
  },
  async run({ args }) {
    try {
      const { repo, number } = SUBJECT.exec(args.subject)?.groups ?? {};
      if (repo === undefined || number === undefined)
        throw new WorkerError(`Say which pull request or issue as org/repo#number, not "${args.subject}"`);
      const body = { repo, number: Number(number), comment: args.comment, as: args.as };
      const answer = await tell(workerAt(args), "api/explain", body);
      if (args.json) console.log(JSON.stringify(answer, null, 2));
      else console.log(lines(Explanation.parse(answer)).join("\n"));
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
    }
  },
});
