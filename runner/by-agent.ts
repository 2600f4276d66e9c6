/** Who carries out a job: the runner's executor, or who stands for the job's agent (spec jobs 1.2: `agent`). */
import type { Assignment } from "../src/jobs/protocol.ts";
import type { Evidence, Executor, Workload } from "./executor.ts";

type Agent = Pick<Executor, "start" | "recover">;

/** `executor` takes jobs of agent `kubernetes`; another agent's without an entry in `agents` are refused with what to do. */
export function byAgent(executor: Executor, agents: Readonly<Record<string, Agent>>): Executor {
  const agentOf = ({ prowjob }: Assignment): Agent => {
    const { agent } = prowjob.spec;
    if (agent === "kubernetes") return executor;
    return (Object.hasOwn(agents, agent) && agents[agent]) || refusing(agent);
  };
  return {
    ...executor,
    start: (assignment, sink) => agentOf(assignment).start(assignment, sink),
    recover: (assignment, trace, startedAt, sink) => agentOf(assignment).recover(assignment, trace, startedAt, sink),
  };
}

function refusing(agent: string): Agent {
  const message =
    agent === "jenkins"
      ? "This runner knows no Jenkins. Start it with --jenkins-url, or give the job the cluster alias of a runner that has one."
      : `Jobs of agent ${agent} are not supported: use kubernetes or jenkins.`;
  const refuse = (): Workload => {
    const now = Date.now();
    const artifacts = { files: 0, bytes: 0, refused: [] };
    const evidence: Evidence = {
      exitCodes: [],
      cloneRecords: [],
      artifacts,
      reason: "start-failed",
      message,
      startedAt: now,
      finishedAt: now,
    };
    return { stop: () => {}, done: Promise.resolve(evidence) };
  };
  return { start: refuse, recover: refuse };
}
