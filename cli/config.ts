/** `cutwater config push`: sends a configuration to a worker and waits for its verdict. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { defineCommand } from "citty";
import { packTar } from "modern-tar";
import { z } from "zod";
import { readConfigFiles } from "./local/config-files.ts";

const State = z.object({
  loads: z.array(
    z.object({
      id: z.string(),
      state: z.string(),
      filesDone: z.number(),
      filesTotal: z.number(),
      problems: z.array(z.object({ severity: z.string(), file: z.string(), line: z.number(), message: z.string() })),
    }),
  ),
});

/** The worker's own places, whatever the files are called here (settings CONFIG_PATH and its like). */
async function archive(flags: { config: string; plugins: string; jobs: string }): Promise<Uint8Array> {
  const files = await readConfigFiles(flags);
  const below = (file: string): string =>
    `config/jobs/${file.slice(flags.jobs.length).replace(/^[/\\]+/, "") || "jobs.yaml"}`;
  const entries = [
    { name: "config/prow/config.yaml", body: files.prow.text },
    { name: "config/prow/plugins.yaml", body: files.plugins?.text ?? "{}\n" },
    ...files.jobs.map((file) => ({ name: below(file.path), body: file.text })),
  ];
  return gzipSync(
    await packTar(entries.map(({ name, body }) => ({ header: { name, size: Buffer.byteLength(body) }, body }))),
  );
}

const push = defineCommand({
  meta: {
    name: "push",
    description: "Loads a configuration into a worker. A bad one is refused and the one in use stays",
  },
  args: {
    url: { type: "string", description: "Of the worker", required: true },
    "token-file": {
      type: "string",
      description: "File that holds ADMIN_TOKEN; default: the variable CUTWATER_ADMIN_TOKEN",
    },
    "config-path": { type: "string", description: "Prow's config.yaml", required: true },
    "plugin-config": { type: "string", description: "plugins.yaml", required: true },
    "job-config-path": { type: "string", description: "A job file, or the folder of all of them", required: true },
  },
  async run({ args }) {
    const token = args["token-file"]
      ? (await readFile(args["token-file"], "utf8")).trim()
      : process.env["CUTWATER_ADMIN_TOKEN"];
    if (!token) throw new Error("Give the admin token by --token-file or CUTWATER_ADMIN_TOKEN");
    const headers = { authorization: `Bearer ${token}` };
    const body = await archive({
      config: args["config-path"],
      plugins: args["plugin-config"],
      jobs: args["job-config-path"],
    });
    console.log(`Sending ${(body.byteLength / 1024).toFixed(0)} KiB ...`);
    const sent = await fetch(`${args.url}/api/config/push`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/gzip" },
      body: new Uint8Array(body),
    });
    if (!sent.ok) throw new Error(`The worker answered ${sent.status}: ${await sent.text()}`);
    const { id } = z.object({ id: z.string() }).parse(await sent.json());
    for (let shown = -1; ; await new Promise((resolve) => setTimeout(resolve, 300))) {
      const { loads } = State.parse(await (await fetch(`${args.url}/api/config`, { headers })).json());
      const load = loads.find((entry) => entry.id === id);
      if (load && load.filesDone !== shown) console.log(`${load.filesDone} of ${load.filesTotal} files`);
      shown = load?.filesDone ?? shown;
      if (!load || load.state === "loading") continue;
      for (const { severity, file, line, message } of load.problems)
        console.log(`${severity}: ${file}:${line}: ${message}`);
      console.log(
        load.state === "current"
          ? "The configuration is in use."
          : `The configuration is ${load.state}; the one before stays in use.`,
      );
      process.exitCode = load.state === "current" ? 0 : 1;
      return;
    }
  },
});

export const config = defineCommand({
  meta: { name: "config", description: "The configuration of a worker" },
  subCommands: { push },
});
