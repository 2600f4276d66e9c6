/**
 * `sidecar` in a pod: waits until Kubernetes asks it to end, which it does once the test containers have ended, then uploads
 * what lies in $ARTIFACTS and says in its termination message how much that was.
 */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { createJobApi } from "../api.ts";
import { uploadArtifacts } from "../artifacts.ts";
import { metadataOf } from "../metadata.ts";

const Names = z.array(z.string());
const TERMINATION_MESSAGE = "/dev/termination-log";
/** Kubernetes keeps 4,096 bytes. */
const MESSAGE_BYTES = 4000;
const SECRET_FILE_BYTES = 1024 * 1024;

export async function sidecar(env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const given = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set: the sidecar is started by the runner only`);
    return value;
  };
  const directory = given("ARTIFACTS");
  const secrets = await secretsBelow(Names.parse(JSON.parse(env["CENSOR_DIRECTORIES"] ?? "[]")));
  const token = (await readFile(given("TOKEN_FILE"), "utf8")).trim();
  const api = createJobApi({
    url: given("CUTWATER_URL"),
    job: given("JOB_ID"),
    token,
    backoff: { firstMs: 250, mostMs: 5000 },
  });
  console.log(`Waiting for the test to end; artifacts of ${directory} go to the worker then.`);
  await asked();
  const say = (line: string) => console.log(line);
  const summary = await uploadArtifacts(api, directory, {
    signal: new AbortController().signal,
    say,
    secrets: [...secrets, token],
  });
  const metadata = await metadataOf(directory, Names.parse(JSON.parse(env["CONTAINERS"] ?? "[]")));
  console.log(`Uploaded ${summary.files} files, ${summary.bytes} bytes; refused ${summary.refused.length}.`);
  await writeFile(TERMINATION_MESSAGE, fitting({ ...summary, ...(metadata ? { metadata } : {}) }));
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

/** Contents of every file below some folders, as Kubernetes mounts secrets; lines of their own, too. Throws when one cannot be read. */
async function secretsBelow(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const { isFile } = await stat(folder).then((one) => ({ isFile: one.isFile() }));
    const names = isFile ? [""] : (await readdir(folder)).filter((name) => !name.startsWith(".."));
    for (const name of names) {
      const file = path.join(folder, name);
      if ((await stat(file)).size > SECRET_FILE_BYTES) continue;
      const text = await readFile(file, "utf8");
      found.push(text.trim(), text);
    }
  }
  return found.filter((text) => text.trim() !== "");
}
