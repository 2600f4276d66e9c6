import type { ChatEvent } from "../src/chatops/events.ts";
import type { ConversationRpc } from "../src/chatops/rpc.ts";
import type { NonNullReportTo } from "../src/jobs/rpc.ts";
import { ChatObject } from "./chat-object.ts";
import type { InboxRow } from "./chat-tables.ts";

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
    const news = `${head} ${row.private}`;
    if (this.fact("told") === news) return "";
    const repository = this.env.REPOSITORY.getByName(`${row.owner}/${row.repo}`.toLowerCase());
    await repository.saw(row.number, head, row.private === 1);
    this.remember("told", news);
    return "";
  }
}
