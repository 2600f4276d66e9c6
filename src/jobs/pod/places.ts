/** Names and paths inside a pod: Prow's own where it has them (spec jobs 6.1). */

export const GOPATH = "/home/prow/go";
export const ARTIFACTS = "/logs/artifacts";
export const CREDENTIALS = "/secrets/cutwater";
/** The sidecar's termination message: not empty from when it is ready. */
export const READY_FILE = "/dev/termination-log";
export const CLONE_CONTAINER = "clonerefs";
export const SIDECAR_CONTAINER = "sidecar";

/** Under whom a pod runs; null: whatever the images say. */
export interface Identity {
  readonly user: number | null;
  readonly group: number | null;
  readonly fsGroup: number | null;
}
