import { DurableObject } from "cloudflare:workers";
import { repoJobs } from "../src/chatops/world-jobs.ts";
import { currentConfig } from "../src/config/current.ts";
import type { Presubmit, RepoConfig } from "../src/config/model.ts";
import type { Env } from "../src/env.ts";
import { flushUsage, type GitHubClient, githubClient } from "../src/github/index.ts";
import type { JobSummary } from "../src/jobs/rpc.ts";
import { type Assessment, assess } from "../src/tide/assess.ts";
import { decide } from "../src/tide/decide.ts";
import type { RepoJobs } from "../src/config/in-repo.ts";
import { DemandsError, demandsOf } from "../src/tide/demands.ts";
import type { Action, Candidate, Decision, Pool, PoolSettings, PullFacts } from "../src/tide/model.ts";
import { type Ground, openPulls, readGround } from "../src/tide/ground.ts";
import { PULLS_A_CALL, type PullsRead, readFiles, readPulls } from "../src/tide/read.ts";
import { refusalStands } from "../src/tide/refusal.ts";
import type { MergePoolRpc, PoolNews } from "../src/tide/rpc.ts";
import { poolSettings } from "../src/tide/settings.ts";
import { expectedStatus } from "../src/tide/status.ts";
import type { PoolView } from "../src/tide/view.ts";
import { stored } from "../src/store/stored.ts";
import { savePool } from "../src/store/pool-row.ts";
import { factOf, putFact } from "./facts.ts";
import { migrate } from "./migrate.ts";
import { PoolBooks } from "./pool-books.ts";
import { mergeAll, type Merging, settle } from "./pool-merge.ts";
import { POOL_MIGRATIONS } from "./pool-tables.ts";
import { abortStale, sendUnsent, triggerRuns } from "./pool-trigger.ts";
import { poolView } from "./pool-view.ts";
import { Todo } from "./todo.ts";

const HOUR_MS = 3600_000;
/** The safety net: what no event told of is found at the latest after this. */
const SYNC_MS = HOUR_MS;
/** GitHub works out whether a pull request can be merged after it is asked. */
const UNKNOWN_MS = 3_000;
const UNKNOWN_TRIES = 5;
/** Rows of D1 are written behind. */
const ROW_MS = 1_000;
/** Actions of one alarm; then the next one goes on. */
const ACTIONS = 20;

/** The big red button, as it was pressed. */
interface Paused {
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/**
 * Tide's pool of one branch, named `org/repo@branch` (spec jobs 5). News make it look: what changed is read, the next
 * step is decided ({@link decide}) and carried out, until there is nothing left to do but to wait.
 */
export class MergePool extends DurableObject<Env> implements MergePoolRpc {
  readonly #todo: Todo;
  readonly #books: PoolBooks;
  /** What was told while GitHub is being read. */
  #late: PoolNews[] | null = null;
  /** How often GitHub did not know of a pull request whether it can be merged, one after the other. */
  #unknowns: ReadonlyMap<number, number> = new Map();
  /** The tip of the branch when a pull request was read last. */
  readonly #seenOn = new Map<number, string>();
  #presubmits = new Map<number, { readonly key: string; readonly jobs: ReadonlyMap<string, Presubmit> }>();

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#todo = new Todo(context.storage);
    this.#books = new PoolBooks(context.storage.sql);
    void context.blockConcurrencyWhile(async () => migrate(context.storage, POOL_MIGRATIONS));
  }

  async tell(news: PoolNews): Promise<void> {
    if (news.kind === "pulls" || news.kind === "context") this.#late?.push(news);
    if (this.#enter(news)) await this.#look();
  }

  /** Whether it is news. */
  #enter(news: PoolNews): boolean {
    switch (news.kind) {
      case "pulls":
        this.#books.stale(news.numbers);
        return true;
      case "context": {
        const { kind: _kind, sha, ...context } = news;
        return this.#books.context(sha, context);
      }
      case "base":
        if (this.#fact("base") === news.sha) return false;
        this.#askAgain();
        return true;
      case "blockers":
      case "configuration":
        this.#askAgain();
        return true;
    }
  }

  /** The branch, its rules or its blockers changed: how often that was told. They are read when it is more than was read. */
  #askAgain(): void {
    putFact(this.ctx.storage.sql, "asked", String(Number(this.#asked()) + 1));
  }

  #asked(): string {
    return this.#fact("asked") || "0";
  }

  /** Enters what GitHub answers; what was told meanwhile is entered again, since the answer may be older than it. */
  async #reading<T>(ask: () => Promise<T>, enter: (answer: T) => void): Promise<T> {
    const late: PoolNews[] = [];
    this.#late = late;
    try {
      const answer = await ask();
      this.ctx.storage.transactionSync(() => {
        enter(answer);
        for (const news of late) this.#enter(news);
      });
      return answer;
    } finally {
      this.#late = null;
    }
  }

  async jobChanged(summary: JobSummary, pull = 0): Promise<void> {
    const pulls = pull === 0 ? [] : [{ number: pull, sha: summary.sha }];
    if (this.#books.jobChanged(summary, pulls)) await this.#look();
  }

  async pause(paused: boolean, by: string, reason: string): Promise<void> {
    const now = Date.now();
    if (paused === (this.#paused() !== null)) return;
    putFact(this.ctx.storage.sql, "paused", paused ? JSON.stringify({ by, reason, at: now }) : "");
    const err = reason === "" ? by : `${by}: ${reason}`;
    this.#books.record({
      time: now,
      action: paused ? "PAUSE" : "RESUME",
      baseSha: this.#fact("base"),
      target: [],
      err,
    });
    await this.#look();
    // Whoever pressed it looks at the page next.
    await this.#saveRow();
  }

  async view(): Promise<PoolView | null> {
    const view = this.#fact("view");
    if (view === "") return null;
    return { ...stored<PoolView>(view), paused: this.#paused(), history: this.#books.history(200) };
  }

  override async alarm(): Promise<void> {
    await this.#todo.drain((key) => this.#work(key));
    await flushUsage(this.env);
  }

  async #work(key: string): Promise<number | void> {
    if (key === "look") return await this.#act();
    if (key === "row") return await this.#saveRow();
    if (key === "sync") return await this.#sync();
  }

  async #look(): Promise<void> {
    this.#todo.by("look", Date.now());
    if (!this.#todo.has("sync")) this.#todo.put("sync", Date.now() + SYNC_MS);
    await this.#todo.arm();
  }

  /** GitHub's own list against ours: what was missed is read, what is gone is forgotten. */
  async #sync(): Promise<number | void> {
    const config = await this.#config();
    if (!config) return;
    const place = this.#place();
    await this.#reading(
      () => openPulls(this.#client(), place),
      (open) => {
        const known = new Set(open);
        for (const number of this.#books.numbers()) if (!known.has(number)) this.#books.gone(number);
        this.#books.stale(open);
        this.#askAgain();
      },
    );
    this.#books.forget(Date.now());
    this.#todo.by("look", Date.now());
    return Date.now() + SYNC_MS;
  }

  async #config(): Promise<{ readonly config: RepoConfig; readonly settings: PoolSettings } | null> {
    const { org, repo, branch } = this.#place();
    const config = await currentConfig(this.env, org, repo);
    const settings = config && poolSettings(config, branch);
    return config && settings && { config, settings };
  }

  /** Reads, decides and acts until there is nothing to do; answers when to look again, if that is known. */
  async #act(): Promise<number | void> {
    const found = await this.#config();
    if (!found) return this.#close();
    putFact(this.ctx.storage.sql, "hidden", found.config.prow.hidden ? "yes" : "");
    await settle(this.#merging(this.#pool(found)));
    for (let step = 0; step < ACTIONS; step += 1) {
      await this.#read(found);
      const pool = this.#pool(found);
      const assessment = assess(pool);
      const decision = decide(pool, assessment);
      await this.#note(pool, decision, assessment);
      await abortStale(this.env, this.#books, pool, assessment);
      if (decision.action.kind === "WAIT" || decision.action.kind === "BLOCKED") return this.#again(pool);
      const unseen = this.#unseen(pool, decision.action);
      if (unseen === "later") return this.#again(pool);
      if (unseen.length > 0) {
        this.#books.stale(unseen);
        continue;
      }
      await this.#carryOut(pool, decision.action, found.config);
    }
    return Date.now();
  }

  /** The configuration does not speak of the branch (any more). */
  #close(): void {
    for (const number of this.#books.numbers()) this.#books.gone(number);
    putFact(this.ctx.storage.sql, "view", "");
    this.#todo.by("row", Date.now());
    this.#todo.drop("sync");
  }

  /** When something changes that nobody tells of: a pause of a refusal ends, a freeze, GitHub's own arithmetic. */
  #again({ candidates, settings, now }: Pool): number | void {
    const times = candidates.flatMap(({ refusal }) => (refusal && refusal.retryAt > now ? [refusal.retryAt] : []));
    const unknown = this.#unknown(candidates);
    this.#books.stale(unknown);
    if (unknown.length > 0) times.push(now + UNKNOWN_MS);
    times.push(...settings.freezes.flatMap(({ from, until }) => [from, until]).filter((at) => at > now));
    if (times.length > 0) return Math.min(...times);
  }

  /**
   * Before anything is tested: those of its pull requests of which GitHub has not said since the branch moved whether they
   * can still be merged, lest jobs run in vain. "later": it is still working that out.
   */
  #unseen({ baseSha, candidates }: Pool, action: Action): readonly number[] | "later" {
    if ((action.kind !== "TRIGGER" && action.kind !== "TRIGGER_BATCH") || baseSha === "") return [];
    const wanted = new Set(action.kind === "TRIGGER_BATCH" ? [...action.ahead, ...action.pulls] : action.pulls);
    const unseen = [...wanted].filter((number) => this.#seenOn.get(number) !== baseSha);
    if (unseen.length > 0) return unseen;
    const unknown = candidates.some(
      ({ facts: { number, mergeable } }) =>
        wanted.has(number) && mergeable === "UNKNOWN" && (this.#unknowns.get(number) ?? 0) < UNKNOWN_TRIES,
    );
    return unknown ? "later" : [];
  }

  /** GitHub is asked a few times whether a head can be merged; after that it counts as mergeable. */
  #unknown(candidates: readonly Candidate[]): readonly number[] {
    const numbers = candidates.filter(({ facts }) => facts.mergeable === "UNKNOWN").map(({ facts }) => facts.number);
    this.#unknowns = new Map(numbers.map((number) => [number, (this.#unknowns.get(number) ?? 0) + 1]));
    return numbers.filter((number) => (this.#unknowns.get(number) ?? 0) <= UNKNOWN_TRIES);
  }

  async #read({ config, settings }: { config: RepoConfig; settings: PoolSettings }): Promise<void> {
    const client = this.#client();
    const asked = this.#asked();
    const first = this.#fact("read") !== asked;
    if (first) {
      const ground = await readGround(client, this.#place(), settings.blockerLabel);
      putFact(this.ctx.storage.sql, "ground", JSON.stringify(ground));
    }
    for (let again = first; ; again = false) {
      const numbers = this.#books.staleNumbers(PULLS_A_CALL);
      if (numbers.length === 0 && !again) break;
      await this.#readPulls(client, numbers);
    }
    if (first) putFact(this.ctx.storage.sql, "read", asked);
    await this.#demand(client, config);
  }

  #readPulls(client: GitHubClient, numbers: readonly number[]): Promise<PullsRead> {
    const { org, repo, branch } = this.#place();
    return this.#reading(
      () => readPulls(client, org, repo, branch, numbers),
      (seen) => this.#saw(seen),
    );
  }

  /** What GitHub shows, into the books. A branch that moved without us takes no result along. */
  #saw({ baseSha, pulls, gone, merged }: PullsRead): void {
    const { sql } = this.ctx.storage;
    const before = this.#fact("base");
    // While merges are under way the books say where the branch is; whoever moved it meanwhile is looked for afterwards.
    const idle = this.#books.merging().length === 0;
    if (idle && baseSha !== null && before !== "" && baseSha !== before) {
      this.#books.moved({ fromSha: before, toSha: baseSha, pull: null, paths: null });
    }
    if (idle) putFact(sql, "base", baseSha ?? "");
    else if (baseSha !== before) this.#askAgain();
    for (const facts of pulls) {
      this.#books.saw(facts);
      if (baseSha !== null) this.#seenOn.set(facts.number, baseSha);
    }
    for (const number of gone) this.#seenOn.delete(number);
    const [, spelled] = /\/([^/]+\/[^/]+)\/pull\/\d+$/.exec(pulls[0]?.url ?? "") ?? [];
    if (spelled !== undefined) putFact(sql, "name", spelled);
    for (const number of [...gone, ...merged.map((one) => one.number)]) this.#books.gone(number);
  }

  #ground(): Pick<Ground, "repoFacts" | "live" | "blockers"> {
    const ground = this.#fact("ground");
    if (ground !== "") return stored(ground);
    const allowed = { merge: true, squash: true, rebase: true, ifNecessary: true };
    return { repoFacts: { allowed, mergeQueue: false }, live: [], blockers: [] };
  }

  /** Works out what tide asks of each head, where that is not known for this configuration and base. */
  async #demand(client: GitHubClient, config: RepoConfig): Promise<void> {
    const { live } = this.#ground();
    const base = this.#fact("base");
    for (const { facts, demandedFor } of this.#books.standing()) {
      const bringsOwn = config.prow.in_repo_config?.enabled === true;
      const key = JSON.stringify([config.version, facts.headSha, live, bringsOwn ? base : ""]);
      if (demandedFor === key && this.#presubmits.get(facts.number)?.key === key) continue;
      const own = await this.#jobsOf(client, config, facts, base);
      this.#presubmits.set(facts.number, { key, jobs: new Map(own.presubmits.map((job) => [job.name, job])) });
      if (demandedFor === key) continue;
      try {
        const demands = await demandsOf(config, own, facts, live, () => this.#files(client, facts.number));
        this.#books.demand(facts.number, key, demands, "");
      } catch (error) {
        if (!(error instanceof DemandsError)) throw error;
        this.#books.demand(facts.number, key, null, error.message);
      }
    }
  }

  #jobsOf(client: GitHubClient, config: RepoConfig, facts: PullFacts, base: string): Promise<RepoJobs> {
    const { org, repo } = this.#place();
    const at = base === "" ? null : { baseSha: base, head: { sha: facts.headSha, number: facts.number } };
    return repoJobs(this.env, client, { owner: org, repo }, config, at);
  }

  #files(client: GitHubClient, number: number): Promise<readonly string[]> {
    const { org, repo } = this.#place();
    return readFiles(client, org, repo, number);
  }

  #pool({ settings }: { settings: PoolSettings }): Pool {
    const { org, repo, branch } = this.#place();
    const { repoFacts, blockers } = this.#ground();
    const now = Date.now();
    const base = this.#fact("base");
    const none: ReadonlyMap<string, Presubmit> = new Map();
    const candidates = this.#books.candidates((number) => this.#presubmits.get(number)?.jobs ?? none);
    return {
      org,
      repo,
      branch,
      baseSha: base,
      candidates: candidates.map((one) => standing(one, base, now)),
      runs: this.#books.runs(),
      blockers,
      settings,
      repoFacts,
      merging: this.#books.merging().map(({ number }) => number),
      conflicts: this.#books.conflicts(),
      merges: this.#books.moves(),
      typicalMs: this.#books.typicalMs(),
      paused: this.#paused() !== null,
      now,
    };
  }

  /** What is shown, and the `tide` statuses that changed; each once. */
  async #note(pool: Pool, decision: Decision, assessment: Assessment): Promise<void> {
    const { sql } = this.ctx.storage;
    const view = poolView(pool, decision, assessment);
    putFact(sql, "view", JSON.stringify(view));
    this.#todo.by("row", Date.now() + ROW_MS);
    const waits = new Map(decision.waits.map((wait) => [wait.number, wait]));
    const going =
      decision.action.kind === "MERGE" || decision.action.kind === "MERGE_BATCH" ? decision.action.pulls : [];
    const known = new Map(this.#books.standing().map(({ facts, status }) => [facts.number, status]));
    for (const candidate of pool.candidates) {
      const { number, headSha, contexts } = candidate.facts;
      const wait = waits.get(number);
      if (!wait) continue;
      if ((wait.place !== null) !== candidate.queuedAt > 0)
        this.#books.queued(number, wait.place === null ? 0 : pool.now);
      if (going.includes(number)) continue;
      const { status, core } = expectedStatus(pool, candidate, assessment, wait);
      const said = `${headSha} ${core}`;
      const there = contexts.find(({ context }) => context === "tide");
      const same = there?.state.toLowerCase() === status.state && there.description === status.description;
      // What was written last counts; GitHub's word only where nothing was written: it may be older than what is on its way.
      const before = known.get(number) ?? "";
      if (before === said || (before === "" && same)) continue;
      const conversation = this.env.CONVERSATION.getByName(`${pool.org}/${pool.repo}#${number}`.toLowerCase());
      const effect = { kind: "setStatus", sha: headSha, context: "tide", ...status } as const;
      await conversation.enqueue(`tide:${crypto.randomUUID()}`, "tide", [effect]);
      this.#books.wrote(number, said);
    }
  }

  async #carryOut(pool: Pool, action: Action, config: RepoConfig): Promise<void> {
    if (action.kind === "WAIT" || action.kind === "BLOCKED") return;
    if (action.kind === "TRIGGER" || action.kind === "TRIGGER_BATCH") {
      await triggerRuns(this.env, this.#books, pool, action, config, this.ctx.id.name ?? "");
      this.#record(pool, action, "");
      return await sendUnsent(this.env, this.#books, pool, this.ctx.id.name ?? "");
    }
    const { merged, failures, incident } = await mergeAll(
      this.#merging(pool),
      action.pulls,
      action.kind === "MERGE_BATCH",
    );
    const of = action.kind === "MERGE_BATCH" ? ` from batch [${action.pulls.join(" ")}]` : "";
    const partial =
      failures.length > 0 && merged.length > 0
        ? `, partial merge [${merged.map(({ number }) => number).join(" ")}]`
        : "";
    const words = failures.map(({ number, text }) => `#${number}: ${text}`).join("; ");
    const failed = failures.map(({ number }) => number).join(" ");
    this.#record(pool, action, failures.length === 0 ? "" : `failed merging [${failed}]${of}${partial}: ${words}`);
    if (incident !== "") {
      this.#books.record({ time: Date.now(), action: "INCIDENT", baseSha: pool.baseSha, target: [], err: incident });
    }
  }

  #record(pool: Pool, action: Action, err: string): void {
    const pulls = "pulls" in action ? action.pulls : [];
    const target = pulls.flatMap((number) => {
      const facts = pool.candidates.find((one) => one.facts.number === number)?.facts;
      return facts ? [{ number, author: facts.author, sha: facts.headSha, title: facts.title }] : [];
    });
    this.#books.record({ time: Date.now(), action: action.kind, baseSha: pool.baseSha, target, err });
  }

  #merging(pool: Pool): Merging {
    const client = this.#client();
    return {
      client,
      books: this.#books,
      pool,
      paths: async ({ facts, demands }) =>
        demands?.files ?? (pool.settings.resultValidity === "base" ? null : this.#files(client, facts.number)),
      baseIs: (sha) => putFact(this.ctx.storage.sql, "base", sha),
      read: (number) => this.#readPulls(client, [number]),
    };
  }

  async #saveRow(): Promise<void> {
    const view = this.#fact("view");
    // Of repositories that are hidden the list tells nobody.
    const shown = view === "" || this.#fact("hidden") !== "" ? null : stored<PoolView>(view);
    const row = shown === null ? "" : JSON.stringify({ ...shown, paused: this.#paused() });
    const inPool = shown?.pulls.filter((pull) => pull.inPool).length ?? 0;
    const now = Date.now();
    const merged = this.#books.mergedByHour(now - (now % HOUR_MS) - HOUR_MS);
    await savePool(this.env.DB, this.ctx.id.name ?? "", row, { inPool, merged }, now);
  }

  #client(): GitHubClient {
    const { org, repo } = this.#place();
    return githubClient(this.env, { owner: org, repo, delivery: "tide", consumer: "tide" });
  }

  /** As GitHub spells it, once that is known. */
  #place(): { readonly org: string; readonly repo: string; readonly branch: string } {
    const name = this.ctx.id.name ?? "";
    const at = name.indexOf("@");
    const [org = "", repo = ""] = (this.#fact("name") || name.slice(0, at)).split("/");
    return { org, repo, branch: name.slice(at + 1) };
  }

  #paused(): Paused | null {
    const paused = this.#fact("paused");
    return paused === "" ? null : stored<Paused>(paused);
  }

  #fact(key: string): string {
    return factOf(this.ctx.storage.sql, key);
  }
}

/** Without a refusal that has had its time. */
function standing(candidate: Candidate, base: string, now: number): Candidate {
  const { refusal, facts } = candidate;
  return refusal && !refusalStands(refusal, facts, base, now) ? { ...candidate, refusal: null } : candidate;
}
