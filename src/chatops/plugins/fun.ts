/** What the plugins of jokes and pictures share: one command each, one answer from outside, checked before it is shown. */
import { type CommandTable, deafTo, type Heard, heard, helpOf, verbsOf } from "../commands.ts";
import { nothing } from "../decide.ts";
import type { GenericComment } from "../events.ts";
import { answered, reply } from "../messages.ts";
import type { Plugin, View } from "../plugin.ts";
import type { Outside } from "../reads.ts";

export const TRIES = 5;
const PICTURE_BYTES = 5 * 1024 * 1024;

/** A plugin whose commands are each answered with one reply; `say` gives null for what deserves no answer. */
export function answering<Said>(
  name: string,
  description: string,
  table: CommandTable<Said>,
  say: (heard: readonly Heard<Said>[], view: View) => Promise<readonly string[]>,
  more: Partial<Plugin["help"]> = {},
): Plugin {
  const comment = async (event: GenericComment, view: View) => {
    const deaf = deafTo(table, event);
    if (deaf) return nothing(deaf);
    const said = heard(table, event);
    if (said.length === 0) return nothing("no command of it");
    const texts = await say(said, view);
    const effects = texts.map((text) => ({ kind: "comment", body: reply(answered(event), view, text) }) as const);
    return { effects, why: effects.length > 0 ? "it was asked for" : "it had nothing to say" };
  };
  return { name, help: { description, commands: helpOf(table), ...more }, verbs: verbsOf(table), comment };
}

/** JSON of an answer; null when it is none. */
export function jsonOf({ status, body }: Outside): unknown {
  if (status !== 200) return null;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** An address that may stand in a comment: https, without what would break out of a link. */
export function pictureAddress(value: unknown): string | null {
  if (typeof value !== "string" || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.protocol !== "https:" || url.username !== "" || url.href.length > 2000) return null;
  return url.href.replaceAll("(", "%28").replaceAll(")", "%29");
}

/** Whether what lies there is a picture that GitHub shows and nobody minds loading: an image type, at most 5 MB. */
export async function isPicture(view: View, url: string): Promise<boolean> {
  const { status, contentType, length } = await view.outside({ service: "picture", method: "HEAD", path: url });
  return (
    status === 200 &&
    /^image\/(?:png|jpe?g|gif|webp)\b/i.test(contentType) &&
    (length === null || length <= PICTURE_BYTES)
  );
}
