/** `cat`: pictures of cats (spec chatops 2.37). The service's key is a header of the setting SERVICES. */
import * as z from "zod";
import { type CommandTable, words } from "../commands.ts";
import { NO_PICTURE, picture } from "../messages-fun.ts";
import { anyone } from "../permissions.ts";
import type { View } from "../plugin.ts";
import { answering, isPicture, jsonOf, pictureAddress, TRIES } from "./fun.ts";

const GRUMPY = "https://upload.wikimedia.org/wikipedia/commons/e/ee/Grumpy_Cat_by_Gage_Skidmore.jpg";
const Found = z.array(z.object({ url: z.string() })).min(1);
const Categories = z.array(z.object({ id: z.union([z.number(), z.string()]), name: z.string() }));

interface Said {
  readonly movie: boolean;
  readonly category: string;
}

const table: CommandTable<Said> = {
  on: "both",
  openOnly: false,
  commands: [
    {
      verbs: ["meow", "meowvie"],
      parse: (rest, verb) => ({ movie: verb === "meowvie", category: words(rest).join(" ").toLowerCase() }),
      who: anyone,
      usage: "/meow(vie) [category]",
      description: "Shows a cat, or with `vie` a moving one.",
      examples: ["/meow", "/meow caturday", "/meowvie clothes"],
    },
  ],
};

/** The path of the search; null for a category that the service does not know. */
async function searchPath({ movie, category }: Said, view: View): Promise<string | null> {
  const query = new URLSearchParams({ mime_types: movie ? "gif" : "jpg,png", limit: "1" });
  if (category !== "") {
    const known = Categories.safeParse(
      jsonOf(await view.outside({ service: "cat", method: "GET", path: "/v1/categories" })),
    );
    const found = known.data?.find(({ name }) => name.toLowerCase() === category);
    if (!found) return null;
    query.set("category_ids", String(found.id));
  }
  return `/v1/images/search?${query.toString()}`;
}

async function catOf(said: Said, view: View): Promise<string> {
  if (said.category === "no" || said.category === "grumpy") return picture("cat image", GRUMPY);
  const path = await searchPath(said, view);
  if (path === null) return NO_PICTURE;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = Found.safeParse(jsonOf(await view.outside({ service: "cat", method: "GET", path })));
    const url = pictureAddress(found.data?.[0]?.url);
    if (url !== null && (await isPicture(view, url))) return picture("cat image", url);
  }
  return NO_PICTURE;
}

export const cat = answering(
  "cat",
  "The cat plugin shows pictures of cats.",
  table,
  async ([first], view) => (first ? [await catOf(first.said, view)] : []),
  { snippet: "cat:\n  key_path: /etc/cat-api/api-key # here: a header of the setting SERVICES" },
);
