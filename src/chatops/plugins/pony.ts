/** `pony`: pictures of ponies (spec chatops 2.37). At most five per comment. */
import * as z from "zod";
import { type CommandTable, words } from "../commands.ts";
import { NO_PICTURE, picture } from "../messages-fun.ts";
import { anyone } from "../permissions.ts";
import type { View } from "../plugin.ts";
import { answering, isPicture, jsonOf, pictureAddress, TRIES } from "./fun.ts";

const MOST = 5;
const Found = z.object({
  pony: z.object({ representations: z.object({ full: z.string(), small: z.string() }) }),
});

const table: CommandTable<string> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["pony"],
      parse: (rest) => words(rest).join(" "),
      who: anyone,
      usage: "/pony [tag]",
      description: "Shows a pony, of a tag where one is given.",
      examples: ["/pony", "/pony Twilight Sparkle"],
    },
  ],
};

async function ponyOf(tag: string, view: View): Promise<string> {
  const query = tag === "" ? "" : `?${new URLSearchParams({ q: tag }).toString()}`;
  const path = `/api/v1/pony/random${query}`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = Found.safeParse(jsonOf(await view.outside({ service: "pony", method: "GET", path })));
    const small = pictureAddress(found.data?.pony.representations.small);
    const full = pictureAddress(found.data?.pony.representations.full);
    if (small !== null && full !== null && (await isPicture(view, small))) return picture("pony image", small, full);
  }
  return NO_PICTURE;
}

export const pony = answering("pony", "The pony plugin shows pictures of ponies.", table, async (heard, view) => {
  const texts: string[] = [];
  for (const { said } of heard.slice(0, MOST)) texts.push(await ponyOf(said, view));
  return [texts.join("\n\n")];
});
