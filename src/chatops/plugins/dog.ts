/** `dog`: pictures of dogs (spec chatops 2.37). Videos and large pictures are left out. */
import * as z from "zod";
import { alone, type CommandTable } from "../commands.ts";
import { NO_PICTURE, picture } from "../messages-fun.ts";
import { anyone } from "../permissions.ts";
import type { View } from "../plugin.ts";
import { answering, isPicture, jsonOf, pictureAddress, TRIES } from "./fun.ts";

const Found = z.object({ url: z.string() });
const MEMES = {
  fine: "https://storage.googleapis.com/this-is-fine-images/this_is_fine.png",
  "not-fine": "https://storage.googleapis.com/this-is-fine-images/this_is_not_fine.png",
  unbearable: "https://storage.googleapis.com/this-is-fine-images/this_is_unbearable.jpg",
} as const;
type Said = "dog" | keyof typeof MEMES;

const command = (said: Said, verbs: readonly string[], description: string) => ({
  verbs,
  parse: alone<Said>(said),
  who: anyone,
  usage: `/${verbs.join(" or /")}`,
  description,
  examples: verbs.map((verb) => `/${verb}`),
});

const table: CommandTable<Said> = {
  on: "both",
  openOnly: false,
  commands: [
    command("dog", ["woof", "bark"], "Shows a dog."),
    command("fine", ["this-is-fine"], "Shows a dog to whom all is fine."),
    command("not-fine", ["this-is-not-fine"], "Shows a dog to whom it is not."),
    command("unbearable", ["this-is-unbearable"], "Shows a dog that has had enough."),
  ],
};

async function dogOf(view: View): Promise<string> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = Found.safeParse(jsonOf(await view.outside({ service: "dog", method: "GET", path: "/woof.json" })));
    const url = pictureAddress(found.data?.url);
    if (url !== null && !/\.(?:mp4|webm)$/i.test(url) && (await isPicture(view, url))) return picture("dog image", url);
  }
  return NO_PICTURE;
}

export const dog = answering("dog", "The dog plugin shows pictures of dogs.", table, async (heard, view) => {
  const first = heard[0]?.said ?? "dog";
  return [first === "dog" ? await dogOf(view) : picture("dog image", MEMES[first])];
});
