/** The plugins, in the order in which they run: on the same label a later one wins over an earlier one. */
import type { Plugin } from "./plugin.ts";
import { hold } from "./plugins/hold.ts";

export const REGISTRY: readonly Plugin[] = [hold];
