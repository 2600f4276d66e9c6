/** A job, for the tests of the pages. */
import type { JobRow, JobView } from "../../../src/jobs/view.ts";

export const ROW: JobRow = {
  id: "00000000-0000-4000-8000-000000000001",
  buildId: "1893472837461000000",
  job: "pull-widgets-unit",
  type: "presubmit",
  org: "harbor",
  repo: "widgets",
  pull: 12,
  author: "mara",
  baseRef: "main",
  headSha: "4f0c1d2e3b4a59687786a5b4c3d2e1f001234567",
  cluster: "default",
  context: "pull-widgets-unit",
  state: "success",
  description: "Job succeeded.",
  startTime: Date.UTC(2026, 10, 23),
  pendingTime: null,
  completionTime: Date.UTC(2026, 10, 23, 0, 3),
};

export const JOB: JobView = {
  ...ROW,
  baseSha: "aabbccddee00112233445566778899aabbccddee",
  title: "Hold the rope under load",
  attempt: 1,
  runner: "demo-runner",
  node: "node-3",
  rerunCommand: "/test pull-widgets-unit",
  optional: false,
  storagePath: "pr-logs/pull/harbor_widgets/12/pull-widgets-unit/1893472837461000000",
  deliveryGuid: "b1f5e1a0-9d7c-11f1-8f6e-1a2b3c4d5e6f",
  timeline: [{ at: ROW.startTime, what: "Created", detail: "" }],
  log: { size: 0, complete: true },
  hidden: false,
};
