/** The built worker, which the bench puts beside its own. */
import type { DurableObject } from "cloudflare:workers";

type ObjectClass = new (context: DurableObjectState, env: Record<string, unknown>) => DurableObject;
export const BuildCluster: ObjectClass;
export const Configuration: ObjectClass;
export const Conversation: ObjectClass;
export const GitHubBudget: ObjectClass;
export const Horologium: ObjectClass;
export const Job: ObjectClass;
export const JobName: ObjectClass;
export const JobQueue: ObjectClass;
export const MergePool: ObjectClass;
export const Mirror: ObjectClass;
export const Repository: ObjectClass;
declare const worker: {
  fetch(request: Request, env: object, context: ExecutionContext): Response | Promise<Response>;
  scheduled(controller: ScheduledController, env: object, context: ExecutionContext): void | Promise<void>;
};
export default worker;
