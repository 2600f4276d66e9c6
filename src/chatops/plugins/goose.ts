/** `goose`: pictures of geese, with the photographer's name (spec chatops 2.37). The key is a header of SERVICES. */
import * as z from "zod";
import { alone, type CommandTable } from "../commands.ts";
import { credit, NO_PICTURE, picture } from "../messages-fun.ts";
import { anyone } from "../permissions.ts";
import type { View } from "../plugin.ts";
import { answering, jsonOf, pictureAddress } from "./fun.ts";

const Found = z.object({
  urls: z.object({ small: z.string() }),
  user: z.object({ name: z.string().max(200), links: z.object({ html: z.string() }) }),
});

const table: CommandTable<"honk"> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["honk"],
      parse: alone("honk"),
      who: anyone,
      usage: "/honk",
      description: "Shows a goose.",
      examples: ["/honk"],
    },
  ],
};

async function gooseOf(view: View): Promise<string> {
  const path = "/photos/random?query=goose";
  const found = Found.safeParse(jsonOf(await view.outside({ service: "goose", method: "GET", path })));
  const url = pictureAddress(found.data?.urls.small);
  const page = pictureAddress(found.data?.user.links.html);
  if (!found.data || url === null || page === null) return NO_PICTURE;
  return `${picture("goose image", url)}${credit(found.data.user.name, page)}`;
}

export const goose = answering(
  "goose",
  "The goose plugin shows pictures of geese.",
  table,
  async (_, view) => [await gooseOf(view)],
  { snippet: "goose:\n  key_path: /etc/unsplash-api/honk.txt # here: a header of the setting SERVICES" },
);
