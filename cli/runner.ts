/** `cutwater runner`: executes the jobs of one build cluster. */
import { readFile } from "node:fs/promises";
import { defineCommand } from "citty";
import { type JenkinsSettings, type KubernetesSettings, startRunner } from "../runner/index.ts";
import { wholeNumber } from "./whole-number.ts";

/** The cluster's token, from a file or the environment; the environment forgets it. */
async function readToken(file: string | undefined): Promise<string> {
  const token = file ? await readFile(file, "utf8") : (process.env["CUTWATER_RUNNER_TOKEN"] ?? "");
  delete process.env["CUTWATER_RUNNER_TOKEN"];
  if (token.trim() === "")
    throw new Error(
      "No token. Give --token-file FILE, or set CUTWATER_RUNNER_TOKEN to the token of the cluster alias.",
    );
  return token.trim();
}

interface KubernetesFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly image?: string | undefined;
  readonly namespaces?: string | undefined;
  readonly "pod-url"?: string | undefined;
}

function kubernetesSettings(flags: KubernetesFlags): KubernetesSettings {
  const { kubeconfig, context, image, namespaces, "pod-url": podUrl } = flags;
  return {
    ...(kubeconfig ? { kubeconfig } : {}),
    ...(context ? { context } : {}),
    ...(image ? { image } : {}),
    ...(podUrl ? { podUrl } : {}),
    namespaces: (namespaces ?? "").split(",").filter(Boolean),
  };
}

interface JenkinsFlags {
  readonly "jenkins-url"?: string | undefined;
  readonly "jenkins-user"?: string | undefined;
  readonly "jenkins-token-file"?: string | undefined;
}

async function jenkinsSettings(flags: JenkinsFlags): Promise<JenkinsSettings | null> {
  const { "jenkins-url": url, "jenkins-user": user, "jenkins-token-file": file } = flags;
  if (!url) return null;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new Error(`--jenkins-url needs an http or https address, not "${url}".`);
  if (Boolean(user) !== Boolean(file))
    throw new Error("--jenkins-user and --jenkins-token-file belong together: give both, or neither.");
  return { url, ...(user && file ? { user, token: (await readFile(file, "utf8")).trim() } : {}) };
}

export const runner = defineCommand({
  meta: { name: "runner", description: "Execute the jobs of one build cluster" },
  args: {
    url: { type: "string", description: "Where the worker is, e.g. https://prow.example.org (or set CUTWATER_URL)" },
    cluster: { type: "string", description: "Alias of the build cluster (default; or set CUTWATER_CLUSTER)" },
    "token-file": { type: "string", description: "File with the alias' token (or set CUTWATER_RUNNER_TOKEN)" },
    capacity: { type: "string", default: "2", description: "Jobs at the same time" },
    "work-dir": { type: "string", default: ".cutwater-runner", description: "Folder of this runner alone" },
    executor: {
      type: "enum",
      options: ["process", "kubernetes"],
      default: "process",
      description: "What runs the jobs: processes of this machine, or pods",
    },
    kubeconfig: { type: "string", description: "File that names the cluster (inside a cluster: not needed)" },
    context: { type: "string", description: "Context of the kubeconfig (its current one)" },
    image: { type: "string", description: "Image of the pods' clone and upload containers (in a pod: this one's)" },
    namespaces: {
      type: "string",
      description: "Where the jobs' pods are, with commas: what is left over there is removed",
    },
    "pod-url": { type: "string", description: "Where pods reach the worker, when that is not --url" },
    "jenkins-url": { type: "string", description: "Where jobs of agent jenkins are built" },
    "jenkins-user": { type: "string", description: "User that may start and end builds there" },
    "jenkins-token-file": { type: "string", description: "File with the user's API token" },
    name: { type: "string", description: "Name within the cluster (the machine's name)" },
    "drain-seconds": { type: "string", default: "30", description: "How long the first Ctrl-C lets jobs run on" },
  },
  async run({ args }) {
    const url = args.url || (process.env["CUTWATER_URL"] ?? "");
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new Error(`--url (or CUTWATER_URL) needs an http or https address, not "${url}".`);
    const drainSeconds = wholeNumber("drain-seconds", args["drain-seconds"], 0);
    const jenkins = await jenkinsSettings(args);
    const running = await startRunner({
      url,
      cluster: args.cluster || process.env["CUTWATER_CLUSTER"] || "default",
      token: await readToken(args["token-file"]),
      executor: args.executor === "kubernetes" ? kubernetesSettings(args) : "process",
      capacity: wholeNumber("capacity", args.capacity, 1),
      workDir: args["work-dir"],
      ...(jenkins ? { jenkins } : {}),
      ...(args.name ? { name: args.name } : {}),
      log: (line) => console.log(`${new Date().toISOString()} ${line}`),
    });
    await new Promise<void>((resolve, reject) => {
      let asked = 0;
      const end = (signal: NodeJS.Signals) => {
        asked += 1;
        if (asked === 1) {
          console.log(`${signal}: no new jobs; those that run have ${drainSeconds} s. Again to end now.`);
          running.stop({ drainSeconds }).then(resolve, reject);
        } else if (asked === 2) running.abandon().then(resolve, reject);
        else process.exit(130);
      };
      process.on("SIGINT", end);
      process.on("SIGTERM", end);
      process.on("SIGHUP", end);
    });
    process.exit(0);
  },
});
