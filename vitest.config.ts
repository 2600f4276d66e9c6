import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

const oxc = { jsx: { runtime: "automatic", importSource: "preact" } } as const;
const bundled = [
  "drizzle-orm",
  "drizzle-orm/d1",
  "drizzle-orm/sqlite-core",
  "kysely",
  "kysely-d1",
  "hono",
  "preact",
  "preact-render-to-string",
  "zod",
  "yaml",
  "re2js",
];
/** Of test/worker/core/hook.test.ts: one level of each kind, and a global rotation. */
const GITHUB_WEBHOOK_SECRETS = `
"*": [{ value: global-new, created_at: 2026-11-01T00:00:00Z }, { value: global-old, created_at: 2026-01-01T00:00:00Z }]
keyed-org: [{ value: org-secret, created_at: 2026-11-01T00:00:00Z }]
keyed-org/special: [{ value: repo-secret, created_at: 2026-11-01T00:00:00Z }]
`;
/** Levels that start processes: one file at a time, with time for a build. */
const processes = {
  environment: "node",
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 180_000,
  // A busy machine is no failure.
  expect: { poll: { timeout: 15_000 } },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        oxc,
        test: { name: "pure", include: ["test/pure/**/*.test.{ts,tsx}"], environment: "node", testTimeout: 60_000 },
      },
      {
        oxc,
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              cf: false,
              bindings: { TEST_MIGRATIONS: await readD1Migrations("./migrations"), GITHUB_WEBHOOK_SECRETS },
              outboundService: (request: Request) =>
                new Response(`blocked: ${request.method} ${request.url}`, { status: 599 }),
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["test/worker/**/*.test.{ts,tsx}"],
          setupFiles: ["./test/worker/setup.ts"],
          isolate: false,
          testTimeout: 20_000,
          deps: { optimizer: { ssr: { enabled: true, include: bundled } } },
        },
      },
      { oxc, test: { name: "system", include: ["test/system/**/*.test.ts"], ...processes } },
      { oxc, test: { name: "browser", include: ["test/browser/**/*.test.ts"], ...processes } },
      {
        oxc,
        test: { name: "kubernetes", include: ["test/kubernetes/**/*.test.ts"], ...processes, hookTimeout: 900_000 },
      },
      { oxc, test: { name: "chaos", include: ["test/chaos/**/*.test.ts"], ...processes, testTimeout: 600_000 } },
    ],
  },
});
