/** The `cutwater` command. Each subcommand is a file of this folder, loaded when it is called. */
import { defineCommand, runMain } from "citty";

const main = defineCommand({
  meta: { name: "cutwater", description: "Prow's ChatOps, CI and merge automation without a control-plane cluster" },
  subCommands: {
    sandbox: () => import("./sandbox.ts").then((module) => module.sandbox),
    runner: () => import("./runner.ts").then((module) => module.runner),
    checkconfig: () => import("./checkconfig.ts").then((module) => module.checkconfig),
    config: () => import("./config.ts").then((module) => module.config),
    explain: () => import("./explain.ts").then((module) => module.explain),
    mkpj: () => import("./mkpj.ts").then((module) => module.mkpj),
    mkpod: () => import("./mkpod.ts").then((module) => module.mkpod),
    hmac: () => import("./hmac.ts").then((module) => module.hmac),
    phony: () => import("./phony.ts").then((module) => module.phony),
    branchprotector: () => import("./branchprotector.ts").then((module) => module.branchprotector),
    tide: () => import("./tide.ts").then((module) => module.tide),
    deploy: () => import("./deploy.ts").then((module) => module.deploy),
    velodrome: () => import("./velodrome.ts").then((module) => module.velodrome),
    metrics: () => import("./metrics.ts").then((module) => module.metrics),
  },
});

await runMain(main);
