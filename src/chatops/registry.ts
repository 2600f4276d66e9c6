/** The plugins, in the order in which they run: on the same label a later one wins over an earlier one. */
import type { Plugin } from "./plugin.ts";
import { assign } from "./plugins/assign.ts";
import { help } from "./plugins/help.ts";
import { hold } from "./plugins/hold.ts";
import { label } from "./plugins/label.ts";
import { lgtm } from "./plugins/lgtm.ts";
import { size } from "./plugins/size.ts";
import { trigger } from "./plugins/trigger.ts";
import { wip } from "./plugins/wip.ts";

/** `label` first, since it sets any label by name; `trigger` last, so that it sees the labels that others decided. */
export const REGISTRY: readonly Plugin[] = [label, help, assign, lgtm, hold, size, wip, trigger];
