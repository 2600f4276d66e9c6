/** What the plugins of jokes and pictures say. */
import { quoted } from "./messages.ts";

/** A joke as text: nothing of it is markup unless it is plain words. */
export function joke(text: string): string {
  return /^[\w?'!., ]+$/.test(text) ? text : quoted(text).replaceAll(/^> ?/gm, "");
}

export const NO_JOKE = "I know no joke just now. Ask again in a while.";
export const NO_PICTURE = "no picture came that could be shown. Ask again in a while.";

/** A picture that links to itself. */
export function picture(what: string, image: string, page = image): string {
  return `[![${what}](${image})](${page})`;
}

/** Unsplash asks for the photographer's name. */
export function credit(name: string, page: string): string {
  return `\n\nPhoto by [${name.replaceAll(/[[\]<>()]/g, "")}](${page}).`;
}

export const UNSHRUGGED = "¯\\\\\\_(ツ)\\_/¯";
