/** The greeting of first contributors. */
import { ownValue } from "../config/lookup.ts";
import { commandHelpUrl } from "./messages.ts";
import type { View } from "./plugin.ts";

const STANDARD =
  "Welcome @{{.AuthorLogin}}!\n\nIt looks like this is your first pull request to {{.Org}}/{{.Repo}} 🎉. " +
  "The bot shows what happens to it and what it waits for: [what you can say to it]({{.CommandHelp}}).\n\n" +
  "Thank you, and welcome to {{.Org}}. :smiley:";

/** A Go template whose only actions are fields; unknown ones stay as they are, for their author to see. */
export function greeting(template: string, login: string, view: Pick<View, "repository" | "publicUrl">): string {
  const { owner, repo } = view.repository;
  const fields: Readonly<Record<string, string>> = {
    Org: owner,
    Repo: repo,
    AuthorLogin: login,
    AuthorName: login,
    CommandHelp: commandHelpUrl(view),
  };
  return (template || STANDARD).replaceAll(
    /\{\{-?\s*\.(\w+)\s*-?\}\}/g,
    (whole, name: string) => ownValue(fields, name) ?? whole,
  );
}
