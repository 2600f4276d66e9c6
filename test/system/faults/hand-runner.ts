/** A runner by hand: it polls, claims and calls what a real one would, and whatever a hostile one might. */
import { z } from "zod";
import { eventually } from "../../harness/system.ts";

const Assignment = z.object({ job: z.string(), attempt: z.number(), epoch: z.number(), token: z.string() });
export type Assignment = z.infer<typeof Assignment>;
const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("welcome") }),
  z.object({ type: z.literal("offer"), job: z.string() }),
  z.object({ type: z.literal("assignment"), assignment: Assignment }),
  z.object({ type: z.literal("gone"), job: z.string() }),
  z.object({ type: z.literal("abort"), job: z.string() }),
  z.object({ type: z.literal("lost"), job: z.string() }),
]);

export function handRunner(url: string, token: string, name: string, capacity = 10) {
  const poll = async (messages: readonly object[], bearer = token): Promise<Response> =>
    fetch(`${url}/runner/default/poll?runner=${name}&wait=1`, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      body: JSON.stringify(messages),
    });
  const hello = { type: "hello", runner: name, executor: "process", version: "test", capacity, held: [] };
  const held: Assignment[] = [];
  let greeted = false;
  /** Says what it holds, claims what is offered. */
  const turn = async (): Promise<void> => {
    const said = held.map(({ job, attempt, epoch }) => ({ job, attempt, epoch }));
    const first = greeted ? { type: "heartbeat", held: said, free: capacity - held.length } : { ...hello, held: said };
    let answer = await poll([first]);
    greeted = answer.ok;
    const assigned: Assignment[] = [];
    for (let round = 0; round < 5; round += 1) {
      const messages = z.array(Message).parse(await answer.json());
      for (const message of messages) {
        if (message.type === "assignment") assigned.push(message.assignment);
        if (message.type !== "lost") continue;
        const at = held.findIndex(({ job }) => job === message.job);
        if (at >= 0) held.splice(at, 1);
      }
      const claims = messages.flatMap((one) => (one.type === "offer" ? [{ type: "claim", job: one.job }] : []));
      if (claims.length === 0) break;
      answer = await poll(claims);
    }
    held.push(...assigned);
  };
  return {
    poll,
    hello,
    held,
    turn,
    /** Polls until it has been given a job. */
    take: (job: string, seconds = 30): Promise<Assignment> =>
      eventually(
        `${name} is given ${job}`,
        async () => {
          await turn();
          return held.find((one) => one.job === job);
        },
        seconds,
      ),
    /** Forgets all it holds, as a runner does that lost its disk. */
    forget(): void {
      held.length = 0;
    },
  };
}

/** One of the calls that a runner makes for a job, with any credential. Answers the status and the error's code. */
export async function asRunner(
  url: string,
  call: { method: string; path: string; token: string; body: BodyInit; type?: string },
): Promise<{ status: number; code: string }> {
  const answer = await fetch(`${url}/runner/jobs/${call.path}`, {
    method: call.method,
    headers: { authorization: `Bearer ${call.token}`, "content-type": call.type ?? "application/octet-stream" },
    body: call.body,
  });
  const text = await answer.text();
  const said = z.object({ error: z.object({ code: z.string() }) }).safeParse(text === "" ? null : JSON.parse(text));
  return { status: answer.status, code: said.success ? said.data.error.code : "" };
}

/** Evidence of a run that went well. */
export const passed = JSON.stringify({
  seq: 100,
  exitCodes: [{ container: "test", code: 0 }],
  reason: "completed",
  message: "",
  logBytes: 0,
  artifacts: { files: 0, bytes: 0, refused: [] },
  cloneRecords: [],
  startedAt: 1,
  finishedAt: 2,
});
