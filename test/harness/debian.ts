/** Programs of Debian's packages for tests: unpacked once into the user's cache folder, without installing anything. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

const CACHE = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "cutwater", "debian");

/** Where a program is: the machine's own, or out of its package. Throws with what to do. */
export async function debianProgram(name: string, file: string): Promise<string> {
  if (existsSync(file)) return file;
  const folder = path.join(CACHE, name);
  const program = path.join(folder, file);
  if (!existsSync(program)) await unpack(name, folder);
  if (!existsSync(program)) throw new Error(`Debian's package ${name} brings no ${file}`);
  return program;
}

async function unpack(name: string, folder: string): Promise<void> {
  if (!existsSync("/usr/bin/apt-get"))
    throw new Error(`This test needs ${name}. Install it, or run it on Debian, where it fetches the package itself.`);
  await mkdir(CACHE, { recursive: true });
  const scratch = await mkdtemp(`${folder}.`);
  const run = (program: string, ...args: string[]): void => {
    execFileSync(program, args, { cwd: scratch, stdio: ["ignore", "ignore", "pipe"] });
  };
  try {
    try {
      run("apt-get", "-qq", "download", name);
    } catch {
      // A new machine knows no packages yet.
      run("apt-get", "-qq", "update");
      run("apt-get", "-qq", "download", name);
    }
    const [archive] = (await readdir(scratch)).filter((one) => one.endsWith(".deb"));
    if (archive === undefined) throw new Error(`apt-get downloaded no package ${name}`);
    run("dpkg-deb", "-x", archive, "root");
    await rm(folder, { recursive: true, force: true });
    await rename(path.join(scratch, "root"), folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
