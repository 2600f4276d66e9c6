/** `trick-or-treat`: a picture for Halloween (spec chatops 2.37). */
import type { CommandTable } from "../commands.ts";
import { picture } from "../messages-fun.ts";
import { anyone } from "../permissions.ts";
import { chosen } from "../random.ts";
import { answering } from "./fun.ts";

const HOME = "https://upload.wikimedia.org/wikipedia/commons";
const PICTURES = [
  `${HOME}/5/5c/FrenchMarketPumpkinsB.jpg`,
  `${HOME}/d/dc/Trick_or_treat_in_sweden.jpg`,
  `${HOME}/a/a2/Jack-o%27-Lantern_2003-10-31.jpg`,
];

const table: CommandTable<"treat"> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["trick-or-treat", "trickor-treat", "trick-ortreat", "trickortreat"],
      parse: () => "treat",
      who: anyone,
      usage: "/trick-or-treat",
      description: "Shows a picture for Halloween.",
      examples: ["/trick-or-treat", "/trickortreat"],
    },
  ],
};

export const trickOrTreat = answering(
  "trick-or-treat",
  "The trick-or-treat plugin shows pictures for Halloween.",
  table,
  async (_, view) => [picture("trick or treat", PICTURES[chosen(view.guid, PICTURES.length)] ?? PICTURES[0] ?? "")],
);
