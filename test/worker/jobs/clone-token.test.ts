import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { cloneToken } from "../../../durable/clone-token.ts";
import type { Env } from "../../../src/env.ts";

const APP = { GITHUB_APP_ID: "1", GITHUB_APP_PRIVATE_KEY: "key" };
const refs = (repo: string) => ({ org: "Acme", repo });

/** An environment whose budget objects answer, and note what they were asked. */
function withBudgets(settings: Readonly<Record<string, string>>): { env: Env; asked: string[] } {
  const asked: string[] = [];
  const budgets = {
    getByName: (name: string) => ({
      installationOf: async (owner: string, repo: string) => {
        asked.push(`${name}: installation of ${owner}/${repo}`);
        return 7;
      },
      cloneToken: async (owner: string, repo: string) => {
        asked.push(`${name}: token for ${owner}/${repo}`);
        return "read-only";
      },
    }),
  };
  return { env: Object.assign({ ...env, ...settings }, { GITHUB_BUDGET: budgets }), asked };
}

it("is of the one repository when it is private or not known, and none when it is public", async () => {
  await env.DB.batch([
    env.DB.prepare("INSERT INTO repository (full_name, private, updated_at) VALUES ('acme/open', 0, 1)"),
    env.DB.prepare("INSERT INTO repository (full_name, private, updated_at) VALUES ('acme/closed', 1, 1)"),
  ]);
  for (const repo of ["closed", "new"]) {
    const budgets = withBudgets(APP);
    expect(await cloneToken(budgets.env, refs(repo))).toBe("read-only");
    expect(budgets.asked).toEqual([`app: installation of Acme/${repo}`, `installation:7: token for Acme/${repo}`]);
  }
  const budgets = withBudgets(APP);
  expect(await cloneToken(budgets.env, refs("open"))).toBeNull();
  expect(budgets.asked).toEqual([]);
});

it("is none without an App, and for a job of no repository", async () => {
  const personal = withBudgets({ GITHUB_TOKEN: "a personal token" });
  expect(await cloneToken(personal.env, refs("closed"))).toBeNull();
  expect(await cloneToken(withBudgets(APP).env, null)).toBeNull();
  expect(personal.asked).toEqual([]);
});
