/** The README's table of plugins, made from what the plugins say of themselves. Pure. */
import type { CommandHelp, Plugin } from "../../src/chatops/plugin.ts";

const BEGIN = "<!-- plugins: written by `npm run docs` -->";
const END = "<!-- /plugins -->";

/** The text with the table between its markers replaced. Throws when the markers are not there, once and in order. */
export function withPluginTable(text: string, plugins: readonly Plugin[]): string {
  const [before, rest, ...more] = text.split(BEGIN);
  const [, after, ...others] = (rest ?? "").split(END);
  if (before === undefined || after === undefined || more.length > 0 || others.length > 0) {
    throw new Error(`The README has to have ${BEGIN} and, after it, ${END}, each once.`);
  }
  return [before, BEGIN, "\n\n", pluginTable(plugins), "\n\n", END, after].join("");
}

function pluginTable(plugins: readonly Plugin[]): string {
  const rows = [...plugins].sort((a, b) => (a.name < b.name ? -1 : 1)).map(row);
  return ["| plugin | commands | who may | what it does |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function row({ name, help }: Plugin): string {
  const commands = help.commands.map(({ usage }) => code(usage)).join("<br>");
  const cells = [
    `[${name}](src/chatops/plugins/${name}.ts)`,
    commands,
    whoMay(help.commands),
    purpose(name, help.description),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Once when it is the same for all commands; otherwise by command. */
function whoMay(commands: readonly CommandHelp[]): string {
  const groups = [...Map.groupBy(commands, ({ whoCanUse }) => whoCanUse)];
  if (groups.length === 1) return cell(groups[0]?.[0] ?? "");
  return groups
    .map(
      ([who, those]) =>
        `${those.map(({ usage }) => code(/^[^\s,]+/.exec(usage)?.[0] ?? usage)).join(", ")}: ${cell(who)}`,
    )
    .join("<br>");
}

/** The first sentence of its description, which begins with "The X plugin". */
function purpose(name: string, description: string): string {
  const [sentence = ""] = description.split(/(?<=\.) (?=[A-Z])/);
  const bare = sentence.replace(`The ${name} plugin `, "").replace(/\.$/, "");
  return cell(bare.charAt(0).toUpperCase() + bare.slice(1));
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
const code = (text: string): string => `\`${cell(text)}\``;
