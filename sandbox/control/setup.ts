/** What tests set up that people do on other pages of GitHub: projects, protected branches, who is busy, others' checks. */
import type { Issue } from "../state/model.ts";
import { LABELS } from "../demo/labels.ts";
import type { Files } from "../git/write.ts";
import { commitTo, createRepo } from "../verbs/repos.ts";
import { createCheckRun } from "../verbs/statuses.ts";
import type { World } from "../world.ts";
import { addHistory, type History } from "./history.ts";

export function createSetup(world: World) {
  return {
    /** A repository with the demo's labels and a first commit of its owner's. */
    async createRepo(input: { owner: string; name: string; as: string; files: Files }): Promise<void> {
      const { owner, name, files } = input;
      const repo = await createRepo(world, { owner, name });
      repo.labels = LABELS.map((label) => ({ id: world.id(), ...label, default: false }));
      await commitTo(world, repo, world.actor(input.as), { branch: "main", files, message: "Begin" });
    },
    /** A project (ProjectsV2) of an account with these options of its field Status, linked to repositories (`owner/name`). */
    createProject(input: {
      owner: string;
      title: string;
      statuses: readonly string[];
      repos?: readonly string[];
      closed?: boolean;
    }): void {
      const { owner, title, closed = false } = input;
      const number = world.state.projects.filter((one) => one.owner === owner).length + 1;
      const statuses = input.statuses.map((name) => ({ id: world.id().toString(16).padStart(8, "0"), name }));
      const repos = (input.repos ?? []).map((name) => world.mustRepo(name).id);
      world.state.projects.push({ id: world.id(), owner, number, title, closed, statuses, repos, items: [] });
      world.changed();
    },
    /** A branch whose merges need these contexts, and so many approvals. */
    protect(input: { repo: string; branch: string; contexts: readonly string[]; reviews?: number }): void {
      const { contexts, reviews = 0 } = input;
      world.mustRepo(input.repo).protection[input.branch] = { contexts: [...contexts], reviews };
      world.changed();
    },
    /** Rules for some branches of a repository, beside branch protection. */
    createRuleset(input: {
      repo: string;
      branches: readonly string[];
      contexts?: readonly string[];
      reviews?: number;
      mergeQueue?: boolean;
    }): void {
      const { branches, contexts = [], reviews = 0, mergeQueue = false } = input;
      const repo = world.mustRepo(input.repo);
      repo.rulesets = [...(repo.rulesets ?? []), { id: world.id(), branches, contexts, reviews, mergeQueue }];
      world.changed();
    },
    /** In which ways pull requests of a repository may be merged. */
    setMethods(repo: string, methods: { merge: boolean; squash: boolean; rebase: boolean }): void {
      world.mustRepo(repo).methods = methods;
      world.changed();
    },
    /** Into GitHub's own merge queue, or out of it. */
    enqueue(input: { repo: string; number: number; queued: boolean }): void {
      world.pull(world.mustRepo(input.repo), input.number).pull.queued = input.queued;
      world.changed();
    },
    /** Somebody says of themselves that they have little time. */
    setBusy(login: string, busy: boolean): void {
      world.mustAccount(login).busy = busy;
      world.changed();
    },
    /** A completed check of the demo's App, as if it were another's. */
    checkRun(input: { repo: string; sha: string; name: string; conclusion: string }): void {
      const repo = world.mustRepo(input.repo);
      const app = world.appById(world.state.demo?.appId ?? 0);
      const now = world.now();
      const { sha, name, conclusion } = input;
      createCheckRun(world, repo, world.botOf(app), {
        sha,
        name,
        app: app.id,
        externalId: "",
        detailsUrl: null,
        status: "completed",
        conclusion,
        startedAt: now,
        completedAt: now,
        output: { title: null, summary: null, text: null },
      });
    },
    /** Years at once, without webhooks: for who reads lists. */
    addHistory(input: History): Promise<void> {
      return addHistory(world, input);
    },
    /** What stands in a repository: for comparing. */
    issuesOf(repo: string): readonly Issue[] {
      return Object.values(world.mustRepo(repo).issues);
    },
    /** A milestone of a repository. */
    createMilestone(input: { repo: string; title: string }): { number: number } {
      const { milestones } = world.mustRepo(input.repo);
      const now = world.now();
      const number = milestones.length + 1;
      const times = { createdAt: now, updatedAt: now, closedAt: null, dueOn: null };
      const { title } = input;
      milestones.push({ id: world.id(), number, title, description: null, state: "open", creator: "ada", ...times });
      world.changed();
      return { number };
    },
  };
}
