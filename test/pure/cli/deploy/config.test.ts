/** What a deploy derives from wrangler.toml: names of a second installation, and the worker's own address. */
import { describe, expect, it } from "vitest";
import type { Bound } from "../../../../cli/deploy/cloudflare.ts";
import { publicUrl, renamed, type WranglerToml } from "../../../../cli/deploy/config.ts";

const toml: WranglerToml = {
  name: "cutwater",
  main: "src/worker.ts",
  assets: { directory: "dist/ui" },
  d1_databases: [{ database_name: "cutwater", migrations_dir: "migrations" }],
  r2_buckets: [{ bucket_name: "cutwater-artifacts" }],
};

describe("a second installation shares no data with the first", () => {
  it.each([
    { rule: "the same name changes nothing", name: "cutwater", database: "cutwater", bucket: "cutwater-artifacts" },
    { rule: "names made of the worker's follow it", name: "staging", database: "staging", bucket: "staging-artifacts" },
    {
      rule: "a longer name of the same beginning is another",
      name: "cutwater-2",
      database: "cutwater-2",
      bucket: "cutwater-2-artifacts",
    },
  ])("$rule", ({ name, database, bucket }) => {
    const config = renamed(toml, name);
    expect(config.name).toBe(name);
    expect(config.d1_databases[0].database_name).toBe(database);
    expect(config.r2_buckets[0].bucket_name).toBe(bucket);
  });

  it("names of one's own get the name in front", () => {
    const config = renamed({ ...toml, r2_buckets: [{ bucket_name: "prow-logs" }] }, "staging");
    expect(config.r2_buckets[0].bucket_name).toBe("staging-prow-logs");
  });
});

describe("where the worker is, the first that is known", () => {
  const routes = [{ pattern: "example.com/*" }, { pattern: "prow.example.com", custom_domain: true }];
  const variable: Bound = { name: "PUBLIC_URL", text: "https://dash.example.com" };
  const secret: Bound = { name: "PUBLIC_URL", text: null };
  const cases: {
    rule: string;
    config: Partial<WranglerToml>;
    bound: Bound[];
    subdomain: string | null;
    url: string | null;
  }[] = [
    {
      rule: "[vars] of wrangler.toml",
      config: { vars: { PUBLIC_URL: "https://a.example" }, routes },
      bound: [variable],
      subdomain: "acme",
      url: "https://a.example",
    },
    {
      rule: "a secret, which cannot be read and is left alone",
      config: { routes },
      bound: [secret],
      subdomain: "acme",
      url: null,
    },
    {
      rule: "the first custom domain",
      config: { routes },
      bound: [variable],
      subdomain: "acme",
      url: "https://prow.example.com",
    },
    {
      rule: "what the dashboard or an earlier deploy set",
      config: {},
      bound: [variable],
      subdomain: "acme",
      url: "https://dash.example.com",
    },
    { rule: "workers.dev", config: {}, bound: [], subdomain: "acme", url: "https://cutwater.acme.workers.dev" },
    { rule: "not workers.dev when it is off", config: { workers_dev: false }, bound: [], subdomain: "acme", url: null },
    { rule: "nothing", config: {}, bound: [], subdomain: null, url: null },
  ];
  it.each(cases)("$rule", ({ config, bound, subdomain, url }) => {
    expect(publicUrl({ ...toml, ...config }, bound, subdomain)).toBe(url);
  });
});
