/** `ownersconfig`: how OWNERS files are called (spec chatops 3.1). Settings only: all that reads owners heeds them. */
import type { Plugin } from "../plugin.ts";

export const ownersconfig: Plugin = {
  name: "ownersconfig",
  help: {
    description:
      "The ownersconfig plugin stands for the settings of `owners` that all others read. They hold whether it is enabled or not.",
    commands: [],
    snippet: [
      "owners:",
      "  filenames:",
      "    org/repo:",
      "      owners: OWNERS",
      "      owners_aliases: OWNERS_ALIASES",
      "  mdyamlrepos:",
      "  - org/docs",
    ].join("\n"),
    config: ({ owners: { filenames, mdyaml } }) =>
      `Owners stand in ${filenames.owners}, their aliases in ${filenames.owners_aliases}${mdyaml ? ", and in front matter of Markdown files" : ""}.`,
  },
};
