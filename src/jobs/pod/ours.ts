/** Our own containers of a job's pod, and the volumes that they share with the user's. */
import type { JsonObject, Refs } from "../../config/model.ts";
import type { PodOptions } from "./options.ts";
import {
  ARTIFACTS,
  CLONE_CONTAINER,
  CREDENTIALS,
  GOPATH,
  type Identity,
  READY_FILE,
  SIDECAR_CONTAINER,
} from "./places.ts";
import { recordOf } from "./shape.ts";

interface Own {
  readonly options: PodOptions;
  readonly decoration: JsonObject;
  readonly identity: Identity;
}

export const VOLUMES = {
  always: [{ name: "logs", emptyDir: {} }],
  cloning: [
    { name: "code", emptyDir: {} },
    { name: "clonerefs-tmp", emptyDir: {} },
  ],
  credentials: (secret: string): JsonObject => ({
    name: "cutwater-credentials",
    projected: { defaultMode: 0o444, sources: [{ secret: { name: secret } }] },
  }),
} as const satisfies { readonly [name: string]: readonly JsonObject[] | ((secret: string) => JsonObject) };

/**
 * Clones as the user that the test runs as, since git trusts nobody else's files. Prints the records as the last line of
 * its output; exits 1 when a clone failed, so that nothing of the user's starts.
 */
export function cloneContainer(own: Own, refs: readonly Refs[]): JsonObject {
  const { options } = own;
  const work = { refs, root: GOPATH, gitBaseUrl: options.gitBaseUrl };
  return {
    name: CLONE_CONTAINER,
    image: options.image,
    args: ["clonerefs"],
    env: [
      { name: "CLONEREFS_OPTIONS", value: JSON.stringify(work) },
      { name: "HOME", value: "/tmp" },
      ...(options.secret === null ? [] : [{ name: "CLONE_TOKEN_FILE", value: `${CREDENTIALS}/clone-token` }]),
    ],
    volumeMounts: [
      { name: "code", mountPath: GOPATH },
      { name: "clonerefs-tmp", mountPath: "/tmp" },
      ...(options.secret === null ? [] : [credentials]),
    ],
    ...resourcesOf(own, "clonerefs"),
    securityContext: security(own.identity),
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

/** Starts before the test, uploads artifacts when it is told to end, and says what it did in its termination message. */
export function sidecar(
  own: Own,
  containers: readonly string[],
  censored: { readonly mounts: readonly { readonly mountPath: string }[]; readonly minimumLength: number },
): JsonObject {
  const { options } = own;
  return {
    name: SIDECAR_CONTAINER,
    image: options.image,
    args: ["sidecar"],
    restartPolicy: "Always",
    // The test starts once the sidecar listens: a signal that comes before would be lost, and with it the artifacts.
    lifecycle: { postStart: { exec: { command: ["sh", "-c", `until test -s ${READY_FILE}; do sleep 0.05; done`] } } },
    env: [
      { name: "CUTWATER_URL", value: options.workerUrl },
      { name: "JOB_ID", value: options.job },
      { name: "ARTIFACTS", value: ARTIFACTS },
      { name: "CONTAINERS", value: JSON.stringify(containers) },
      { name: "TOKEN_FILE", value: `${CREDENTIALS}/token` },
      ...(censored.mounts.length > 0
        ? [
            { name: "CENSOR_DIRECTORIES", value: JSON.stringify(censored.mounts.map(({ mountPath }) => mountPath)) },
            { name: "MINIMUM_SECRET_LENGTH", value: String(censored.minimumLength) },
          ]
        : []),
    ],
    volumeMounts: [
      { name: "logs", mountPath: ARTIFACTS },
      ...(options.secret === null ? [] : [credentials]),
      ...censored.mounts.map((mount) => ({ ...mount })),
    ],
    ...resourcesOf(own, "sidecar"),
    securityContext: security(own.identity),
    terminationMessagePolicy: "File",
  };
}

const credentials = { name: "cutwater-credentials", mountPath: CREDENTIALS, readOnly: true } as const;

function resourcesOf({ decoration }: Own, which: string): { resources?: JsonObject } {
  const own = recordOf(decoration["resources"])[which];
  return own === undefined ? {} : { resources: recordOf(own) };
}

/**
 * Pod Security `restricted` wherever the job names a user that is not root. As root, as Prow's own utilities run, one
 * capability stays: files of other users must be read and written.
 */
function security({ user, group }: Identity): JsonObject {
  const always = { allowPrivilegeEscalation: false, seccompProfile: { type: "RuntimeDefault" } };
  const root = user === null || user === 0;
  return {
    ...always,
    capabilities: root ? { drop: ["ALL"], add: ["DAC_OVERRIDE"] } : { drop: ["ALL"] },
    ...(root ? {} : { runAsNonRoot: true }),
    ...(user === null ? {} : { runAsUser: user }),
    ...(group === null ? {} : { runAsGroup: group }),
  };
}
