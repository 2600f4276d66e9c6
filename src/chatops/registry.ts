/** The plugins, in the order in which they run: on the same label a later one wins over an earlier one. */
import type { Plugin } from "./plugin.ts";
import { approve } from "./plugins/approve.ts";
import { assign } from "./plugins/assign.ts";
import { blockade } from "./plugins/blockade.ts";
import { blunderbuss } from "./plugins/blunderbuss.ts";
import { branchcleaner } from "./plugins/branchcleaner.ts";
import { bugzilla } from "./plugins/bugzilla.ts";
import { buildifier } from "./plugins/buildifier.ts";
import { cat } from "./plugins/cat.ts";
import { cherryPickApproved } from "./plugins/cherry-pick-approved.ts";
import { cherryPickUnapproved } from "./plugins/cherry-pick-unapproved.ts";
import { cherrypicker } from "./plugins/cherrypicker.ts";
import { cla } from "./plugins/cla.ts";
import { close } from "./plugins/close.ts";
import { dco } from "./plugins/dco.ts";
import { docsNoRetest } from "./plugins/docs-no-retest.ts";
import { dog } from "./plugins/dog.ts";
import { golint } from "./plugins/golint.ts";
import { goose } from "./plugins/goose.ts";
import { heart } from "./plugins/heart.ts";
import { help } from "./plugins/help.ts";
import { hold } from "./plugins/hold.ts";
import { invalidcommitmsg } from "./plugins/invalidcommitmsg.ts";
import { jira } from "./plugins/jira.ts";
import { label } from "./plugins/label.ts";
import { lgtm } from "./plugins/lgtm.ts";
import { lifecycle } from "./plugins/lifecycle.ts";
import { mergecommitblocker } from "./plugins/mergecommitblocker.ts";
import { milestone } from "./plugins/milestone.ts";
import { milestoneapplier } from "./plugins/milestoneapplier.ts";
import { milestonestatus } from "./plugins/milestonestatus.ts";
import { needsRebase } from "./plugins/needs-rebase.ts";
import { ownersLabel } from "./plugins/owners-label.ts";
import { overridePlugin } from "./plugins/override.ts";
import { ownersconfig } from "./plugins/ownersconfig.ts";
import { pony } from "./plugins/pony.ts";
import { refresh } from "./plugins/refresh.ts";
import { releaseNote } from "./plugins/release-note.ts";
import { reopen } from "./plugins/reopen.ts";
import { requireMatchingLabel } from "./plugins/require-matching-label.ts";
import { retitle } from "./plugins/retitle.ts";
import { rewardOwners } from "./plugins/reward-owners.ts";
import { rifle } from "./plugins/rifle.ts";
import { shrug } from "./plugins/shrug.ts";
import { sigmention } from "./plugins/sigmention.ts";
import { size } from "./plugins/size.ts";
import { skip } from "./plugins/skip.ts";
import { slackevents } from "./plugins/slackevents.ts";
import { stage } from "./plugins/stage.ts";
import { testfreeze } from "./plugins/testfreeze.ts";
import { trickOrTreat } from "./plugins/trick-or-treat.ts";
import { trigger } from "./plugins/trigger.ts";
import { verifyOwners } from "./plugins/verify-owners.ts";
import { welcome } from "./plugins/welcome.ts";
import { wip } from "./plugins/wip.ts";
import { yuks } from "./plugins/yuks.ts";
import { projectManager } from "./plugins/project-manager.ts";
import { project } from "./plugins/project.ts";
import { mergeMethodComment } from "./plugins/merge-method-comment.ts";
import { issueManagement } from "./plugins/issue-management.ts";
import { configUpdater } from "./plugins/config-updater.ts";

/** `label` first, since it sets any label by name; `trigger` last, so that it sees the labels that others decided. */
export const REGISTRY: readonly Plugin[] = [
  label,
  help,
  assign,
  lgtm,
  approve,
  blunderbuss,
  rifle,
  hold,
  size,
  ownersLabel,
  verifyOwners,
  blockade,
  cherryPickApproved,
  cherryPickUnapproved,
  cherrypicker,
  rewardOwners,
  ownersconfig,
  wip,
  lifecycle,
  close,
  reopen,
  stage,
  retitle,
  milestone,
  milestonestatus,
  milestoneapplier,
  releaseNote,
  requireMatchingLabel,
  needsRebase,
  sigmention,
  invalidcommitmsg,
  mergecommitblocker,
  docsNoRetest,
  golint,
  buildifier,
  dco,
  cla,
  overridePlugin,
  skip,
  refresh,
  welcome,
  testfreeze,
  jira,
  bugzilla,
  branchcleaner,
  issueManagement,
  mergeMethodComment,
  project,
  projectManager,
  configUpdater,
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
