/** `reopen`: what lifecycle does of it, by its name of 2017 (spec chatops 2.10). */
import { alonePlugin, REOPEN } from "./lifecycle/state.ts";

export const reopen = alonePlugin(
  "reopen",
  REOPEN,
  "The reopen plugin reopens issues and pull requests. It is a part of lifecycle now.",
);
