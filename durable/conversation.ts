import type { ChatEvent } from "../src/chatops/events.ts";
import type { ConversationRpc } from "../src/chatops/rpc.ts";
import { currentConfig } from "../src/config/current.ts";
import type { JobSummary, NonNullReportTo } from "../src/jobs/rpc.ts";
import { ChatObject } from "./chat-object.ts";
import type { InboxRow } from "./chat-tables.ts";
import { poolOf, tellPool } from "./pool-door.ts";

/** One issue or pull request, named `owner/repo#number`: all that happens to it passes through here, in order. */
export class Conversation extends ChatObject implements ConversationRpc {
  protected override reportTo(): NonNullReportTo {
    return { kind: "conversation", name: this.ctx.id.name ?? "" };
  }

  /** Keeps the author for reports, and tells the repository what it does not know: this number, its head, who sees it. */
  protected override async observe(row: InboxRow, events: readonly ChatEvent[]): Promise<string> {
    let head = this.fact("head");
    for (const event of events) {
      if (event.kind === "comment") this.remember("author", event.issueAuthor.login);
      if (event.kind !== "pull_request" && event.kind !== "review") continue;
      this.remember("author", event.pullRequest.author.login);
      head = event.pullRequest.head.sha;
    }
    this.remember("head", head);
    await this.#tellPools(row, events);
    const news = `${head} ${row.private} ${this.fact("base")}`;
    if (this.fact("told") === news) return "";
    const repository = this.env.REPOSITORY.getByName(`${row.owner}/${row.repo}`.toLowerCase());
    await repository.saw(row.number, head, row.private === 1, this.fact("base"));
    this.remember("told", news);
    return "";
  }

  /** Whatever happens to a pull request may let it into its merge pool, or out of it; of a changed base, two pools. */
  async #tellPools({ owner, repo, number }: InboxRow, events: readonly ChatEvent[]): Promise<void> {
    await this.#tellOfBlocker(owner, repo, events);
    const before = this.fact("base");
    const found = events.find((event) => event.kind === "pull_request" || event.kind === "review");
    if (!found) return;
    const base = found.pullRequest.base.ref;
    this.remember("base", base);
    const news = { kind: "pulls", numbers: [number] } as const;
    for (const branch of new Set([base, before])) {
      if (branch !== "") await tellPool(this.env, owner, repo, branch, news);
    }
  }

  /** An issue that blocks merging, or does no more. */
  async #tellOfBlocker(owner: string, repo: string, events: readonly ChatEvent[]): Promise<void> {
    const issue = events.find((event) => event.kind === "issue");
    const label = issue && (await currentConfig(this.env, owner, repo))?.tide?.blocker_label;
    if (!issue || !label || !(issue.label === label || issue.labels.includes(label))) return;
    await this.env.REPOSITORY.getByName(`${owner}/${repo}`.toLowerCase()).tellPools({ kind: "blockers" });
  }

  /** A merge pool counts the results of its pull requests, whoever started the runs. */
  override async jobChanged(summary: JobSummary): Promise<void> {
    await super.jobChanged(summary);
    const { owner, repo, number } = this.place();
    if (summary.type !== "presubmit" || number === 0) return;
    const pool = await poolOf(this.env, owner, repo, summary.baseRef);
    await pool?.jobChanged(summary, number);
  }
}
