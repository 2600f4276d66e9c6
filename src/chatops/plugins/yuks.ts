/** `yuks`: tells a joke (spec chatops 2.37). */
import * as z from "zod";
import { alone, type CommandTable } from "../commands.ts";
import { joke, NO_JOKE } from "../messages-fun.ts";
import { anyone } from "../permissions.ts";
import type { View } from "../plugin.ts";
import { answering, jsonOf, TRIES } from "./fun.ts";

const Joke = z.object({ joke: z.string().min(1).max(2000) });

const table: CommandTable<"joke"> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["joke"],
      parse: alone("joke"),
      who: anyone,
      usage: "/joke",
      description: "Tells a joke.",
      examples: ["/joke"],
      featured: false,
    },
  ],
};

async function tell(view: View): Promise<string> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = Joke.safeParse(jsonOf(await view.outside({ service: "joke", method: "GET", path: "/" })));
    if (answer.success) return joke(answer.data.joke);
  }
  return NO_JOKE;
}

export const yuks = answering("yuks", "The yuks plugin tells jokes.", table, async (_, view) => [await tell(view)]);
