/** The door of the jobs domain: what other domains ask of it. Its wire and document types stand in protocol, prowjob, rpc and view. */
export { postsubmitJob, presubmitJob, pullRequestRefs } from "./create.ts";
export { COMMENT_MARKER, commentEffects, statusEffect } from "./report.ts";
export {
  branchOfRef,
  contextRequired,
  couldRun,
  filterPostsubmits,
  filterPresubmits,
  testAllFilter,
} from "./triggering.ts";
