/**
 * Images without a registry: a minimal Debian by debootstrap (once, cached), written as OCI archives and imported. The job
 * image has a shell, coreutils and git; the runner's image has Node and the built runner on top.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

const CACHE = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "cutwater");

export interface ImageLayer {
  /** An uncompressed tar file. */
  readonly file: string;
  readonly digest: string;
  readonly size: number;
}

export async function layerOf(file: string): Promise<ImageLayer> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { file, digest: hash.digest("hex"), size: statSync(file).size };
}

/** Debian's minimal root with git as one tar file. */
export function baseLayerFile(say: (line: string) => void): string {
  const file = path.join(CACHE, "debian-bookworm-git.tar");
  if (existsSync(file)) return file;
  say("Making the base image by debootstrap (once, about a minute) ...");
  mkdirSync(CACHE, { recursive: true });
  const root = path.join(CACHE, `root-${process.pid}`);
  execFileSync("debootstrap", ["--variant=minbase", "--include=git,ca-certificates", "bookworm", root], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (const waste of [
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "dev",
  ])
    rmSync(path.join(root, waste), { recursive: true, force: true });
  mkdirSync(path.join(root, "dev"));
  execFileSync("tar", ["--numeric-owner", "-C", root, "-cf", `${file}.half`, "."]);
  renameSync(`${file}.half`, file);
  rmSync(root, { recursive: true, force: true });
  return file;
}

export interface ImageSpec {
  readonly name: string;
  readonly layers: readonly ImageLayer[];
  readonly entrypoint: readonly string[];
  readonly user?: string;
  readonly env?: readonly string[];
}

/** Imports an image into containerd's namespace of Kubernetes. */
export function importImage(
  socket: string,
  folder: string,
  { name, layers, entrypoint, user = "", env = [] }: ImageSpec,
): void {
  const layout = path.join(folder, `image-${name.replaceAll(/\W/g, "-")}`);
  const blobs = path.join(layout, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  const put = (value: object) => {
    const text = JSON.stringify(value);
    const digest = createHash("sha256").update(text).digest("hex");
    writeFileSync(path.join(blobs, digest), text);
    return { digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
  };
  for (const { file, digest } of layers) execFileSync("ln", ["-f", file, path.join(blobs, digest)]);
  const config = put({
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: { Entrypoint: entrypoint, Env: ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", ...env], User: user },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
  });
  const manifest = put({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: layers.map(({ digest, size }) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest: `sha256:${digest}`,
      size,
    })),
  });
  const annotations = { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name };
  const index = {
    schemaVersion: 2,
    manifests: [{ mediaType: "application/vnd.oci.image.manifest.v1+json", ...manifest, annotations }],
  };
  writeFileSync(path.join(layout, "index.json"), JSON.stringify(index));
  writeFileSync(path.join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const archive = `${layout}.tar`;
  execFileSync("tar", ["-C", layout, "-cf", archive, "oci-layout", "index.json", "blobs"]);
  execFileSync("ctr", ["--address", socket, "-n", "k8s.io", "images", "import", archive], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  rmSync(layout, { recursive: true, force: true });
  rmSync(archive);
}

/** A tar layer of files: path in the image to path here. */
export function filesLayer(folder: string, name: string, files: Readonly<Record<string, string>>): string {
  const root = path.join(folder, `layer-${name}`);
  for (const [inside, here] of Object.entries(files)) {
    const target = path.join(root, inside);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(here), { mode: 0o755 });
  }
  const file = path.join(folder, `layer-${name}.tar`);
  execFileSync("tar", ["--numeric-owner", "--owner=0", "--group=0", "-C", root, "-cf", file, "."]);
  rmSync(root, { recursive: true, force: true });
  return file;
}
