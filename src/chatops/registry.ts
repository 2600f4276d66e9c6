/** The plugins, in the order in which they run: on the same label a later one wins over an earlier one. */
import type { Plugin } from "./plugin.ts";
import { approve } from "./plugins/approve.ts";
import { assign } from "./plugins/assign.ts";
import { cat } from "./plugins/cat.ts";
import { cla } from "./plugins/cla.ts";
import { dco } from "./plugins/dco.ts";
import { docsNoRetest } from "./plugins/docs-no-retest.ts";
import { dog } from "./plugins/dog.ts";
import { goose } from "./plugins/goose.ts";
import { heart } from "./plugins/heart.ts";
import { help } from "./plugins/help.ts";
import { hold } from "./plugins/hold.ts";
import { invalidcommitmsg } from "./plugins/invalidcommitmsg.ts";
import { label } from "./plugins/label.ts";
import { lgtm } from "./plugins/lgtm.ts";
import { mergecommitblocker } from "./plugins/mergecommitblocker.ts";
import { pony } from "./plugins/pony.ts";
import { shrug } from "./plugins/shrug.ts";
import { sigmention } from "./plugins/sigmention.ts";
import { size } from "./plugins/size.ts";
import { slackevents } from "./plugins/slackevents.ts";
import { trickOrTreat } from "./plugins/trick-or-treat.ts";
import { trigger } from "./plugins/trigger.ts";
import { wip } from "./plugins/wip.ts";
import { yuks } from "./plugins/yuks.ts";

/** `label` first, since it sets any label by name; `trigger` last, so that it sees the labels that others decided. */
export const REGISTRY: readonly Plugin[] = [
  label,
  help,
  assign,
  lgtm,
  approve,
  hold,
  size,
  wip,
  sigmention,
  invalidcommitmsg,
  mergecommitblocker,
  docsNoRetest,
  dco,
  cla,
  heart,
  shrug,
  yuks,
  cat,
  dog,
  goose,
  pony,
  trickOrTreat,
  slackevents,
  trigger,
];
