/** Runs the plugins over the events of one webhook and gathers what they decide (design 1.1, 3, 10). */
import { coalesce, type Decided } from "./coalesce.ts";
import { spokenCommands } from "./commands.ts";
import type { Aftermath, Effect } from "./effects.ts";
import type { ChatEvent, GenericComment, PullRequestEvent } from "./events.ts";
import { isEnabled } from "./external.ts";
import { latest } from "./latest.ts";
import { answered, didYouMean, isReply, reply } from "./messages.ts";
import type { Known } from "./known.ts";
import { overlay, Seen } from "./overlay.ts";
import { isBot } from "./permissions.ts";
import { type Decision, type Plugin, RULE_ACTIONS, type View } from "./plugin.ts";
import { REGISTRY } from "./registry.ts";
import { suggestions } from "./suggest.ts";
import type { PluginRun } from "./view.ts";

/** A handler that takes longer is given up; its siblings go on. Milliseconds. */
const HANDLER_TIMEOUT_MS = 30_000;

/** What somebody said comes first. */
const ORDER = ["comment", "review", "pull_request", "issue", "push", "status", "check", "timer", "task"] as const;

export interface Dispatched {
  /** One entry per handler that ran, and per plugin that had a reason not to. */
  readonly runs: readonly PluginRun[];
  readonly effects: readonly Decided[];
  /** What handlers threw, in order: whoever can tell a passing fault from a lasting one may dispatch again. */
  readonly errors: readonly unknown[];
}

export interface DispatchOptions {
  readonly plugins?: readonly Plugin[];
  readonly timeoutMs?: number;
}

/**
 * Dispatches what `parseEvent` made of one webhook, in this order: handlers of comments, of reviews, of the pull request,
 * of pushes, each in registry order; then rules, on the view overlaid with what was decided until then. A handler that
 * throws or overruns its time is recorded and its siblings go on. Effects are coalesced at the end; on one label the
 * later wins. Never throws for what an event or a comment says.
 */
export async function dispatch(
  events: ChatEvent | readonly ChatEvent[],
  view: View,
  options: DispatchOptions = {},
): Promise<Dispatched> {
  const round = new Round(view, options.timeoutMs ?? HANDLER_TIMEOUT_MS);
  const registry = options.plugins ?? REGISTRY;
  const plugins = registry.filter((plugin) => isEnabled(plugin, view.config));
  const enabled = new Set(plugins.map(({ name }) => name));
  const all = isList(events) ? events : [events];
  for (const kind of ORDER) {
    for (const event of all) {
      if (event.kind !== kind) continue;
      if (event.kind === "comment") {
        round.sayWhoIsOff(event, registry, enabled);
        if (await round.isOwnComment(event)) continue;
        round.suggest(event, registry);
      }
      for (const plugin of plugins) await round.handle(plugin, event);
    }
  }
  for (const event of all) {
    if (event.kind !== "pull_request") continue;
    for (const plugin of plugins) await round.rule(plugin, event);
  }
  return round.end();
}

function isList(events: ChatEvent | readonly ChatEvent[]): events is readonly ChatEvent[] {
  return Array.isArray(events);
}

class Round {
  readonly #view: View;
  readonly #overlaid: View;
  readonly #seen = new Seen();
  readonly #timeoutMs: number;
  readonly #runs: PluginRun[] = [];
  readonly #decided: Decided[] = [];
  readonly #errors: unknown[] = [];

  constructor(view: View, timeoutMs: number) {
    this.#view = view;
    this.#timeoutMs = timeoutMs;
    this.#overlaid = overlay(view, () => this.#decided.map(({ effect }) => effect), this.#seen);
  }

  /** Tells of commands whose plugin exists but is not enabled here: the usual reason why nothing happens. */
  sayWhoIsOff(comment: GenericComment, registry: readonly Plugin[], enabled: ReadonlySet<string>): void {
    if (comment.action !== "created") return;
    const said = new Set(spokenCommands(comment).map(({ verb }) => verb.toLowerCase()));
    // A command of 2017's plugins that an enabled one of today has too is heard there.
    for (const { name, verbs } of registry) if (enabled.has(name)) for (const verb of verbs ?? []) said.delete(verb);
    for (const { name, verbs } of registry) {
      const verb = enabled.has(name) ? undefined : [...(verbs ?? [])].find((verb) => said.has(verb));
      if (verb === undefined) continue;
      const { owner, repo } = this.#view.repository;
      const why = `/${verb} was said, but plugins.yaml does not enable ${name} for ${owner}/${repo}`;
      this.#runs.push({ plugin: name, handler: "comment", outcome: "nothing", why, ms: 0 });
    }
  }

  /** The bot never acts on what it says itself. Descriptions that it wrote count: cherry-picks carry commands there. */
  async isOwnComment(comment: GenericComment): Promise<boolean> {
    if (comment.source === "pull_request" || comment.source === "issues") return false;
    try {
      if (!(await isBot(this.#view, comment.author.login))) return false;
    } catch (error) {
      this.#errors.push(error);
      return false;
    }
    const why = "the bot's own comment";
    this.#runs.push({ plugin: "*", handler: "comment", outcome: "nothing", why, ms: 0 });
    return true;
  }

  /** What a misspelt command probably means, where the repository wants to be told. */
  suggest(comment: GenericComment, registry: readonly Plugin[]): void {
    const { config, guid } = this.#view;
    if (!config.settings.cutwater.suggest_commands) return;
    const found = suggestions(comment, config, registry);
    if (found.length === 0) return;
    const plugin = "suggest_commands";
    const said = found.map((one) => `/${one.said}`).join(" ");
    const body = reply(answered(comment), this.#view, didYouMean(found));
    const actor = { kind: "user", login: comment.sender.login } as const;
    this.#decided.push({ effect: { kind: "comment", body }, cause: { delivery: guid, plugin, rule: said, actor } });
    this.#runs.push({ plugin, handler: "comment", outcome: "effects", why: `nothing knows ${said}`, ms: 0 });
  }

  async handle(plugin: Plugin, event: ChatEvent): Promise<void> {
    const actor = event.sender.login;
    if (event.kind === "comment" && plugin.comment) {
      const { comment } = plugin;
      const rule = this.#saidTo(plugin, event);
      const quiet = event.author.type === "Bot";
      await this.#run(plugin, "comment", rule, actor, () => comment(event, this.#overlaid), quiet);
    }
    if (event.kind === "review" && plugin.review) {
      const { review } = plugin;
      await this.#run(plugin, `review ${event.action}`, `review ${event.review.state}`, actor, () =>
        review(event, this.#overlaid),
      );
    }
    if (event.kind === "pull_request" && plugin.pullRequest) {
      const { pullRequest } = plugin;
      const what = event.label === null ? event.action : `${event.action} ${event.label}`;
      await this.#run(plugin, `pull_request ${event.action}`, what, actor, () => pullRequest(event, this.#overlaid));
    }
    if (event.kind === "push" && plugin.push) {
      const { push } = plugin;
      await this.#run(plugin, "push", event.ref, actor, () => push(event, this.#overlaid));
    }
    if (event.kind === "issue" && plugin.issue) {
      const { issue } = plugin;
      const what = event.label === null ? event.action : `${event.action} ${event.label}`;
      await this.#run(plugin, `issues ${event.action}`, what, actor, () => issue(event, this.#overlaid));
    }
    if (event.kind === "status" && plugin.status) {
      const { status } = plugin;
      await this.#run(plugin, "status", event.context, actor, () => status(event, this.#overlaid));
    }
    if (event.kind === "timer" && plugin.timer && event.plugin === plugin.name) {
      const { timer } = plugin;
      await this.#run(plugin, "timer", event.note, actor, () => timer(event, this.#overlaid));
    }
    if (event.kind === "task" && plugin.taskDone && event.plugin === plugin.name) {
      const { taskDone } = plugin;
      await this.#run(plugin, "task", event.task.kind, actor, () => taskDone(event, this.#overlaid));
    }
  }

  async rule(plugin: Plugin, { action, sender, pullRequest, changes }: PullRequestEvent): Promise<void> {
    const { rule } = plugin;
    if (!rule || !(plugin.ruleActions ?? RULE_ACTIONS).includes(action)) return;
    // Rules look at what is, not at what the event said: events come late and out of order.
    const look = async (): Promise<Decision> =>
      rule(await latest(pullRequest, this.#view, changes.headFrom), this.#overlaid);
    await this.#run(plugin, "rule", action, sender.login, look);
  }

  async end(): Promise<Dispatched> {
    const { effects, dropped } = coalesce(this.#decided, await this.#known());
    for (const { decided, why } of dropped) this.#note(decided, why);
    return { runs: this.#runs, effects, errors: this.#errors };
  }

  /** What holds before the event, without asking more of GitHub than plugins did; but labels are always looked at. */
  async #known(): Promise<Known> {
    const told = async <T>(asked: Promise<T> | null): Promise<T | null> =>
      asked ? await asked.catch(() => null) : null;
    const [pull, issue] = await Promise.all([told(this.#seen.pullRequest), told(this.#seen.issue)]);
    const labels = await this.#labelsBefore();
    return { labels, assignees: (pull ?? issue)?.assignees ?? null, reviewers: pull?.requestedReviewers ?? null };
  }

  /** Labels before the event, when some effect depends on them and GitHub tells. */
  async #labelsBefore(): Promise<readonly string[] | null> {
    const labels = this.#decided.some(({ effect }) => effect.kind === "addLabel" || effect.kind === "removeLabel");
    if (!labels) return null;
    try {
      return await this.#view.labels();
    } catch {
      // Then the outbox finds out what holds already.
      return null;
    }
  }

  #note({ cause }: Decided, why: string): void {
    const index = this.#runs.findLastIndex((run) => run.plugin === cause.plugin && run.outcome === "effects");
    const run = this.#runs[index];
    if (run) this.#runs[index] = { ...run, why: `${run.why}; ${why}` };
  }

  /** The commands of a plugin in a comment, as the audit trail names them. */
  #saidTo(plugin: Plugin, comment: GenericComment): string {
    const verbs = new Set<string>();
    for (const { verb } of spokenCommands(comment)) {
      if (plugin.verbs?.has(verb.toLowerCase())) verbs.add(`/${verb.toLowerCase()}`);
    }
    return verbs.size > 0 ? [...verbs].join(" ") : `comment ${comment.action}`;
  }

  async #run(
    plugin: Plugin,
    handler: string,
    rule: string,
    actor: string,
    decide: () => Promise<Decision>,
    quiet = false,
  ): Promise<void> {
    const started = Date.now();
    const outcome = await inTime(decide, this.#timeoutMs);
    const run = { plugin: plugin.name, handler, ms: Date.now() - started };
    if (outcome.kind === "decided") {
      const { why } = outcome.decision;
      const effects = quiet ? outcome.decision.effects.flatMap(unanswered) : outcome.decision.effects;
      const cause = {
        delivery: this.#view.guid,
        plugin: plugin.name,
        rule,
        actor: { kind: "user", login: actor },
      } as const;
      for (const effect of effects) this.#decided.push({ effect, cause });
      this.#runs.push({ ...run, outcome: effects.length > 0 ? "effects" : "nothing", why });
    } else if (outcome.kind === "timeout") {
      this.#errors.push(new HandlerTimeout(plugin.name, this.#timeoutMs));
      this.#runs.push({ ...run, outcome: "timeout", why: `gave up after ${this.#timeoutMs} ms` });
    } else {
      this.#errors.push(outcome.error);
      this.#runs.push({ ...run, outcome: "error", why: oneLine(outcome.error) });
    }
  }
}

/** An effect without its replies, at once or after GitHub's answer. Bots get none: two of them could answer each other for ever. */
function unanswered(effect: Effect): readonly Effect[] {
  if (effect.kind === "comment") return isReply(effect.body) ? [] : [effect];
  if (effect.kind === "assign") return [{ kind: "assign", logins: effect.logins }];
  if (effect.kind === "requestReview") {
    return [{ kind: "requestReview", users: effect.users, teams: effect.teams }];
  }
  if (effect.kind === "createPullRequest") {
    const { onOpened: _, ...rest } = withoutReplies(effect);
    return [rest];
  }
  return "onDone" in effect || "onRefused" in effect ? [withoutReplies(effect)] : [effect];
}

function withoutReplies<T extends Aftermath>(effect: T): T {
  const { onDone } = effect;
  return { ...effect, ...(onDone && { onDone: onDone.flatMap(unanswered) }), onRefused: undefined };
}

/** In {@link Dispatched.errors} when a handler overran its time. */
export class HandlerTimeout extends Error {
  override readonly name = "HandlerTimeout";

  constructor(plugin: string, ms: number) {
    super(`Plugin ${plugin} did not decide within ${ms} ms.`);
  }
}

type Outcome =
  | { readonly kind: "decided"; readonly decision: Decision }
  | { readonly kind: "timeout" }
  | { readonly kind: "error"; readonly error: unknown };

async function inTime(decide: () => Promise<Decision>, ms: number): Promise<Outcome> {
  const late = Promise.withResolvers<Outcome>();
  const timer = setTimeout(() => late.resolve({ kind: "timeout" }), ms);
  const decided = async (): Promise<Outcome> => {
    try {
      return { kind: "decided", decision: await decide() };
    } catch (error) {
      return { kind: "error", error };
    }
  };
  try {
    return await Promise.race([decided(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\s+/g, " ").slice(0, 500);
}
