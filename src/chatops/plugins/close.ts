/** `close`: what lifecycle does of it, by its name of 2017 (spec chatops 2.10). */
import { alonePlugin, CLOSE } from "./lifecycle/state.ts";

export const close = alonePlugin(
  "close",
  CLOSE,
  "The close plugin closes issues and pull requests. It is a part of lifecycle now.",
);
