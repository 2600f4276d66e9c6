/** `welcome`: greets first contributors (spec chatops 2.27). */
import { nothing } from "../decide.ts";
import type { PullRequestEvent } from "../events.ts";
import { greeting } from "../messages-welcome.ts";
import { trustOf } from "../permissions.ts";
import type { Decision, Plugin, View } from "../plugin.ts";

async function pullRequest({ action, pullRequest: pull }: PullRequestEvent, view: View): Promise<Decision> {
  if (action !== "opened") return nothing("it greets new pull requests");
  const { author } = pull;
  const { message_template, always_post } = view.config.settings.welcome;
  if (!always_post) {
    if (author.type !== "User") return nothing(`${author.login} is a ${author.type.toLowerCase()}`);
    if ((await trustOf(author.login, view)).trusted) return nothing(`${author.login} is known here`);
    const { owner, repo } = view.repository;
    const hits = await view.search(`is:pr repo:${owner}/${repo} author:${author.login}`);
    if (hits.some(({ number }) => number !== pull.number)) return nothing(`${author.login} was here before`);
  }
  const body = greeting(message_template, author.login, view);
  return { effects: [{ kind: "comment", body }], why: `it greets ${author.login}` };
}

export const welcome: Plugin = {
  name: "welcome",
  help: {
    description: "The welcome plugin greets people with their first pull request.",
    commands: [],
    snippet: 'welcome:\n- repos: [org]\n  message_template: "Welcome @{{.AuthorLogin}} to {{.Org}}/{{.Repo}}!"',
    config: ({ settings }) =>
      settings.welcome.message_template === "" ? "It uses the standard text." : "It uses a text of its own.",
  },
  pullRequest,
};
