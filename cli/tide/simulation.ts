/**
 * Replays a history through the very function that decides in the worker: what would have been merged when, and what it
 * would have cost. Time is jumped over; a seed decides what flakes.
 */
import type { Presubmit } from "../../src/config/model.ts";
import { goRegExp } from "../../src/config/goregexp.ts";
import { type Assessment, assess } from "../../src/tide/assess.ts";
import { decide } from "../../src/tide/decide.ts";
import type { Action, Candidate, MergedPaths, Pool, PoolSettings, Run, RunPull } from "../../src/tide/model.ts";
import { staleRuns } from "../../src/tide/stale.ts";
import { Agenda } from "./agenda.ts";
import type { History, SimJob, SimPull } from "./history.ts";
import { randomOf } from "./random.ts";

export interface Simulated {
  readonly seed: number;
  readonly settings: Pick<PoolSettings, "batchSizeLimit" | "batchStrategy" | "resultValidity" | "starvationMs">;
  /** Until somebody asks for a retest after a flake, and until an author has mended what is broken. */
  readonly humanMinutes: number;
  readonly mendMinutes: number;
  readonly mergeSeconds: number;
}

export interface Outcome {
  readonly merged: number;
  readonly left: number;
  /** Merges after which the branch's tests fail: nobody had tested them on what was merged meanwhile. */
  readonly broke: number;
  /** From the first arrival to the last merge. */
  readonly hours: number;
  /** Minutes from being ready to being merged, of each that was. */
  readonly waits: readonly number[];
  readonly runs: number;
  readonly batches: number;
  /** Of every run, aborted ones up to their end. */
  readonly jobMinutes: number;
}

type Happening =
  | { readonly kind: "ready"; readonly number: number }
  | { readonly kind: "ended"; readonly run: string }
  | { readonly kind: "merged"; readonly numbers: readonly number[] };

interface Open {
  readonly pull: SimPull;
  readonly jobs: readonly Presubmit[];
  revision: number;
  green: boolean;
  queuedAt: number;
  mended: boolean;
  /** The branch's tip when its own jobs began, before it was ready. */
  testedOn: string;
  /** What it has been rebased upon. */
  knows: ReadonlySet<number>;
}

const MINUTE_MS = 60_000;
/** A history that never comes to rest is stopped. */
const MOST_EVENTS = 2_000_000;
const MOVES_KEPT = 200;

export function simulate(history: History, simulated: Simulated): Outcome {
  return new Simulation(history, simulated).run();
}

class Simulation {
  readonly #history: History;
  readonly #with: Simulated;
  readonly #agenda = new Agenda<Happening>();
  readonly #random: () => number;
  readonly #jobs: ReadonlyMap<string, { readonly sim: SimJob; readonly presubmit: Presubmit }>;
  readonly #open = new Map<number, Open>();
  readonly #merged = new Set<number>();
  #runs = new Map<string, Run & { readonly fails: boolean }>();
  #moves: (MergedPaths & { readonly at: number })[] = [];
  #merging: readonly number[] = [];
  #base = 0;
  #nth = 0;
  #spentMs = 0;
  #broke = 0;
  #batches = new Set<string>();
  #last = 0;
  readonly #waits: number[] = [];

  constructor(history: History, simulated: Simulated) {
    this.#history = history;
    this.#with = simulated;
    this.#random = randomOf(simulated.seed);
    this.#jobs = new Map(history.jobs.map((sim) => [sim.name, { sim, presubmit: presubmitOf(sim) }]));
  }

  run(): Outcome {
    for (const { number, ready_at: at } of this.#history.pulls) this.#agenda.put(at, { kind: "ready", number });
    const pulls = new Map(this.#history.pulls.map((pull) => [pull.number, pull]));
    let events = 0;
    for (let next = this.#agenda.next(); next !== null && events < MOST_EVENTS; next = this.#agenda.next()) {
      events += 1;
      this.#happen(next.at, next.what, pulls);
      this.#act(next.at);
    }
    return {
      merged: this.#merged.size,
      left: this.#open.size,
      broke: this.#broke,
      hours: (this.#last - (this.#history.pulls[0]?.ready_at ?? 0)) / (60 * MINUTE_MS),
      waits: this.#waits,
      runs: this.#nth,
      batches: this.#batches.size,
      jobMinutes: this.#spentMs / MINUTE_MS,
    };
  }

  #happen(now: number, what: Happening, pulls: ReadonlyMap<number, SimPull>): void {
    if (what.kind === "ready") {
      const pull = pulls.get(what.number);
      const open =
        this.#open.get(what.number) ??
        (pull &&
          opened(
            pull,
            [...this.#jobs.values()].map(({ presubmit }) => presubmit),
          ));
      if (open) this.#ready(now, open);
    } else if (what.kind === "ended") this.#ended(now, what.run);
    else this.#mergedAll(now, what.numbers);
  }

  /** What its own jobs said counts on the tip that they began on; who is broken was lucky, and that is found out. */
  #ready(now: number, open: Open): void {
    const testedOn = this.#isBroken([open], this.#merged) ? NOWHERE : this.#tipBefore(now, open.jobs);
    this.#open.set(open.pull.number, Object.assign(open, { green: true, queuedAt: now, testedOn }));
  }

  #ended(now: number, id: string): void {
    const run = this.#runs.get(id);
    if (!run || run.state !== "pending") return;
    this.#spentMs += now - run.startedAt;
    this.#runs.set(id, { ...run, state: run.fails ? "failure" : "success" });
    if (run.type === "batch" || !run.fails) return;
    // A human looks at it: asks again after a flake, or mends it.
    const [pull] = run.pulls;
    const open = pull && this.#open.get(pull.number);
    if (open && open.green && shaOf(open) === pull.sha) this.#leave(now, open, this.#isBroken([open], this.#merged));
  }

  /** Out of the pool until its author or somebody else has looked at it, and its jobs have run. */
  #leave(now: number, open: Open, broken: boolean): void {
    const { humanMinutes, mendMinutes } = this.#with;
    open.green = false;
    if (broken) Object.assign(open, { mended: true, revision: open.revision + 1, knows: new Set(this.#merged) });
    const its = this.#minutes(open.jobs);
    this.#spentMs += its.reduce((sum, one) => sum + one, 0) * MINUTE_MS;
    const minutes = (broken ? mendMinutes : humanMinutes) + Math.max(0, ...its);
    this.#agenda.put(now + minutes * MINUTE_MS, { kind: "ready", number: open.pull.number });
  }

  #mergedAll(now: number, numbers: readonly number[]): void {
    for (const number of numbers) {
      const open = this.#open.get(number);
      if (!open) continue;
      const move = { at: now, fromSha: this.#tip(), pull: { number, sha: shaOf(open) }, paths: open.pull.paths };
      this.#base += 1;
      this.#moves.push({ ...move, toSha: this.#tip() });
      if (this.#isBroken([open], this.#merged)) this.#broke += 1;
      this.#open.delete(number);
      this.#merged.add(number);
      this.#waits.push((now - open.pull.ready_at) / MINUTE_MS);
      this.#last = now;
    }
    this.#moves = this.#moves.slice(-MOVES_KEPT);
    this.#merging = [];
    for (const open of this.#open.values()) {
      if (open.green && open.pull.conflicts.some((one) => this.#merged.has(one) && !open.knows.has(one)))
        this.#leave(now, open, true);
    }
  }

  #act(now: number): void {
    for (let step = 0; step < 1000; step += 1) {
      const pool = this.#pool(now);
      const assessment = assess(pool);
      const { action } = decide(pool, assessment);
      this.#forget(now, pool, assessment);
      if (action.kind === "WAIT" || action.kind === "BLOCKED") return;
      if (action.kind === "MERGE" || action.kind === "MERGE_BATCH") {
        this.#merging = action.pulls;
        const took = action.pulls.length * this.#with.mergeSeconds * 1000;
        this.#agenda.put(now + took, { kind: "merged", numbers: action.pulls });
      } else this.#trigger(now, action);
    }
  }

  /** What nobody can use stops, as in the worker; what ran on a base of long ago is of no use. */
  #forget(now: number, pool: Pool, assessment: Assessment): void {
    for (const { run } of staleRuns(pool, assessment)) {
      this.#spentMs += now - run.startedAt;
      this.#runs.delete(run.id);
    }
    for (const [id, run] of this.#runs)
      if (run.state !== "pending" && assessment.aging.movesSince(run.baseSha) === null) this.#runs.delete(id);
  }

  #trigger(now: number, action: Extract<Action, { kind: "TRIGGER" | "TRIGGER_BATCH" }>): void {
    const numbers = action.kind === "TRIGGER_BATCH" ? [...action.ahead, ...action.pulls] : action.pulls;
    const members = numbers.flatMap((number) => this.#open.get(number) ?? []);
    const pulls = members.map((open): RunPull => ({ number: open.pull.number, sha: shaOf(open) }));
    const broken = this.#isBroken(members, this.#merged);
    const type = action.kind === "TRIGGER" ? "presubmit" : "batch";
    if (type === "batch") this.#batches.add(`${this.#tip()} ${numbers.join(" ")}`);
    for (const name of action.jobs) {
      const sim = this.#jobs.get(name)?.sim;
      if (!sim) continue;
      this.#nth += 1;
      const id = `run-${this.#nth}`;
      const minutes = sim.minutes * (1 + sim.spread * (2 * this.#random() - 1));
      const fails = broken || this.#random() < sim.flake;
      const run = {
        id,
        type,
        job: name,
        context: name,
        state: "pending",
        baseSha: this.#tip(),
        pulls,
        ending: "",
      } as const;
      this.#runs.set(id, { ...run, createdByTide: true, startedAt: now, fails });
      this.#agenda.put(now + minutes * MINUTE_MS, { kind: "ended", run: id });
    }
  }

  /** One of them fails for good, or two of them together, or one with what is merged already. */
  #isBroken(members: readonly Open[], merged: ReadonlySet<number>): boolean {
    const together = new Set([...merged, ...members.map(({ pull }) => pull.number)]);
    return members.some(
      ({ pull, mended, knows }) =>
        (pull.breaks && !mended) || pull.clashes.some((other) => together.has(other) && !knows.has(other)),
    );
  }

  #minutes(jobs: readonly Presubmit[]): readonly number[] {
    return jobs.map(({ name }) => this.#jobs.get(name)?.sim.minutes ?? 0);
  }

  /** Where the branch was when jobs began that are done now. */
  #tipBefore(now: number, jobs: readonly Presubmit[]): string {
    const began = now - Math.max(0, ...this.#minutes(jobs)) * MINUTE_MS;
    return this.#moves.find(({ at }) => at > began)?.fromSha ?? this.#tip();
  }

  #tip(): string {
    return sha(`b${this.#base}`);
  }

  #pool(now: number): Pool {
    const { settings } = this.#with;
    const all = [...this.#open.values()];
    const conflicts = all.flatMap(({ pull, knows }) =>
      pull.conflicts.filter((one) => !knows.has(one)).map((one) => `${one} ${pull.number}`),
    );
    return {
      org: "simulated",
      repo: "simulated",
      branch: "main",
      baseSha: this.#tip(),
      candidates: all.map((open) => candidateOf(open)),
      runs: [...this.#runs.values()],
      blockers: [],
      settings: { ...SETTINGS, ...settings },
      repoFacts: { allowed: { merge: true, squash: true, rebase: true, ifNecessary: true }, mergeQueue: false },
      merging: this.#merging,
      conflicts: new Set(conflicts),
      merges: this.#moves,
      typicalMs: new Map(),
      paused: false,
      now,
    };
  }
}

/** Forty characters, as a commit has. */
const sha = (text: string): string => text.padStart(40, "0");
const shaOf = ({ pull, revision }: Open): string => sha(`${pull.number}r${revision}`);

const NOWHERE = sha("nowhere");

function opened(pull: SimPull, all: readonly Presubmit[]): Open {
  const jobs = all.filter((job) => needs(job, pull.paths));
  return { pull, jobs, revision: 0, green: false, queuedAt: 0, mended: false, testedOn: NOWHERE, knows: new Set() };
}

const needs = (job: Presubmit, paths: readonly string[]): boolean =>
  job.always_run || paths.some((path) => goRegExp(job.run_if_changed ?? "").test(path));

const SETTINGS: Omit<PoolSettings, keyof Simulated["settings"]> = {
  queries: [
    {
      author: "",
      labels: [],
      missingLabels: [],
      includedBranches: [],
      excludedBranches: [],
      milestone: "",
      reviewApprovedRequired: false,
    },
  ],
  method: "merge",
  mergeLabel: "",
  squashLabel: "",
  rebaseLabel: "",
  template: { title: "", body: "" },
  blockerLabel: "",
  prioritizeExistingBatches: true,
  priority: [],
  blocksPolicy: "permit",
  targetUrl: "",
  prStatusBaseUrl: "",
  displayAllQueries: false,
  placeInStatus: true,
  knownFlakes: [],
  freezes: [],
};

function presubmitOf({ name, run_if_changed: changed }: SimJob): Presubmit {
  const base = {
    name,
    context: name,
    max_concurrency: 0,
    agent: "kubernetes",
    cluster: "default",
    namespace: "default",
    error_on_eviction: false,
    hidden: false,
    decorate: true,
    source: { path: "simulated", line: 0 },
    optional: false,
    skip_report: false,
    trigger: "",
    rerun_command: "",
    run_before_merge: false,
  };
  return changed === undefined
    ? { ...base, always_run: true }
    : { ...base, always_run: false, run_if_changed: changed };
}

function candidateOf(open: Open): Candidate {
  const { pull, jobs, green, queuedAt, testedOn } = open;
  const names = jobs.map(({ context }) => context);
  return {
    facts: {
      number: pull.number,
      title: `#${pull.number}`,
      body: "",
      url: "",
      author: pull.author,
      authorIsBot: false,
      headSha: shaOf(open),
      headRef: `change-${pull.number}`,
      baseRef: "main",
      draft: false,
      mergeable: "MERGEABLE",
      mergeState: "CLEAN",
      canBeRebased: true,
      reviewDecision: "",
      milestone: "",
      labels: pull.labels,
      contexts: names.map((context) => ({
        context,
        state: green ? "SUCCESS" : "FAILURE",
        description: `Job succeeded. BaseSHA:${testedOn}`,
        url: "",
        source: "status",
      })),
      inMergeQueue: false,
      createdAt: pull.ready_at,
    },
    demands: {
      jobs,
      policy: {
        required: names,
        requiredIfPresent: [],
        optional: [],
        optionalPatterns: [],
        skipUnknown: false,
        overwritePending: false,
      },
      files: pull.paths,
      changesJobs: false,
    },
    fault: "",
    queuedAt,
    refusal: null,
  };
}
