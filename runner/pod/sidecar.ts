/**
 * `sidecar` in a pod: uploads what rests in $ARTIFACTS until Kubernetes asks it to end, which it does once the test
 * containers have ended; then the rest, and says in its termination message how much that was.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { READY_FILE } from "../../src/jobs/pod/index.ts";
import { createJobApi } from "../api.ts";
import { ArtifactUploads } from "../artifacts.ts";
import { censored } from "../censor.ts";
import { metadataOf } from "../metadata.ts";
import { secretForms } from "../secret-values.ts";

const Names = z.array(z.string());
/** Kubernetes keeps 4,096 bytes. */
const MESSAGE_BYTES = 4000;

export async function sidecar(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const given = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set: the sidecar is started by the runner only`);
    return value;
  };
  const directory = given("ARTIFACTS");
  const values = await filesBelow(Names.parse(JSON.parse(env["CENSOR_DIRECTORIES"] ?? "[]")));
  const secrets = secretForms(values, Number(env["MINIMUM_SECRET_LENGTH"] ?? 0));
  const token = (await readFile(given("TOKEN_FILE"), "utf8")).trim();
  const api = createJobApi({
    url: given("CUTWATER_URL"),
    job: given("JOB_ID"),
    token,
    backoff: { firstMs: 250, mostMs: 5000 },
  });
  console.log(`Waiting for the test to end; artifacts of ${directory} go to the worker, those that rest before.`);
  const uploads = new ArtifactUploads(api, directory, {
    signal: new AbortController().signal,
    say: (line) => console.log(line),
    secrets: [...secrets, token],
  });
  const end = asked();
  await writeFile(READY_FILE, "ready");
  uploads.begin();
  await end;
  const summary = await uploads.finish();
  const metadata = shown(await metadataOf(directory, Names.parse(JSON.parse(env["CONTAINERS"] ?? "[]"))), secrets);
  console.log(`Uploaded ${summary.files} files, ${summary.bytes} bytes; refused ${summary.refused.length}.`);
  await writeFile(READY_FILE, fitting({ ...summary, ...(metadata ? { metadata } : {}) }));
  return 0;
}

function asked(): Promise<void> {
  return new Promise((resolve) => {
    // A pending promise alone does not keep a process alive.
    const alive = setInterval(() => {}, 2 ** 30);
    const end = () => {
      clearInterval(alive);
      resolve();
    };
    process.once("SIGTERM", end);
    process.once("SIGINT", end);
  });
}

/** Without the secrets; nothing when that leaves no JSON. */
function shown(metadata: object | undefined, secrets: readonly string[]): object | undefined {
  if (metadata === undefined) return undefined;
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(censored(JSON.stringify(metadata), secrets)));
  } catch {
    return undefined;
  }
}

/** The longest parts are left out until it fits. */
function fitting(message: { refused: readonly string[]; metadata?: object; files: number; bytes: number }): string {
  const { files, bytes, refused, metadata } = message;
  const candidates = [
    message,
    { files, bytes, refused: refused.slice(0, 10), metadata },
    { files, bytes, metadata },
    { files, bytes },
  ];
  return candidates.map((one) => JSON.stringify(one)).find((text) => Buffer.byteLength(text) <= MESSAGE_BYTES) ?? "{}";
}

/** Contents of every file in some folders, as Kubernetes mounts secrets. Throws when one cannot be read. */
async function filesBelow(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const names = (await readdir(folder)).filter((name) => !name.startsWith(".."));
    for (const name of names) found.push(await readFile(path.join(folder, name), "utf8"));
  }
  return found;
}
