/** `cutwater velodrome import`: a mirror's files into a worker, so that no large repository is read from GitHub from scratch. */
import { performance } from "node:perf_hooks";
import { defineCommand } from "citty";
import { WORKER_FLAGS, workerAt, WorkerError } from "../worker-client.ts";
import { importMirror } from "./import-mirror.ts";
import { MirrorError } from "./ndjson.ts";

export const importCommand = defineCommand({
  meta: { name: "import", description: "Bring a mirror's files into a worker's mirror; done again, it goes on" },
  args: {
    folder: {
      type: "positional",
      description: "Folder with issues, events and comments as .ndjson or .ndjson.gz",
      required: true,
    },
    ...WORKER_FLAGS,
    repository: { type: "string", description: "org/repo: only its rows; without it those of all in the files" },
    pause: {
      type: "boolean",
      default: false,
      description: "Pause the mirror, too: for what is not at the worker's GitHub",
    },
    public: {
      type: "boolean",
      default: false,
      description: "Let everybody see it; without this, only whom GitHub lets see the repository",
    },
  },
  async run({ args }) {
    const started = performance.now();
    const progress = (line: string): void => {
      console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
    };
    try {
      const { folder, repository, pause, public: isPublic } = args;
      const options = { repository, pause, public: isPublic, progress };
      for (const one of await importMirror(workerAt(args), folder, options))
        console.log(
          `${one.repository}: ${one.issues} issues, ${one.events} events, ${one.comments} comments. Its points are being made; ` +
            `see cutwater velodrome fetch --repo ${one.repository}`,
        );
    } catch (error) {
      if (!(error instanceof MirrorError || error instanceof WorkerError)) throw error;
      console.error(`error: ${error.message}`);
      process.exitCode = 1;
    }
  },
});
