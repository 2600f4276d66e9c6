/** `cutwater branchprotector` against a GitHub: a dry run writes nothing, `--confirm` writes the difference, once. */
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Folder, folder } from "./cutwater.ts";

const CONFIG = `
branch-protection:
  protect-tested-repos: true
  orgs:
    acme:
      repos:
        ship: { enforce_admins: true, exclude: [^dev] }
`;
const JOBS = `
presubmits:
  acme/ship:
  - name: unit
    always_run: true
    decorate: false
    spec: { containers: [{ image: alpine, command: [make] }] }
`;

let at: Folder;
let server: Server;
let url = "";
let protection: { enforce_admins: boolean; required_status_checks: { contexts: string[]; strict: boolean } } | null =
  null;
const writes: string[] = [];

beforeAll(async () => {
  at = await folder();
  await at.write({ "config.yaml": CONFIG, "jobs/a.yaml": JOBS, token: "secret-token\n" });
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const key = `${request.method} ${(request.url ?? "").split("?")[0]}`;
      const answer = (status: number, json: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
      };
      if (request.headers.authorization !== "token secret-token") return answer(401, { message: "Bad credentials" });
      if (key === "GET /repos/acme/ship/branches") {
        return answer(200, [
          { name: "main", protected: protection !== null },
          { name: "dev-1", protected: false },
        ]);
      }
      if (key === "GET /repos/acme/ship/collaborators") return answer(200, [{ login: "ada" }]);
      if (key === "GET /repos/acme/ship/teams") return answer(200, [{ slug: "crew", permission: "push" }]);
      if (key === "GET /orgs/acme/installations") return answer(200, { total_count: 0, installations: [] });
      if (key === "GET /repos/acme/ship/branches/main/protection" && protection) {
        const { required_status_checks, enforce_admins: enabled } = protection;
        return answer(200, { required_status_checks, enforce_admins: { enabled } });
      }
      if (key === "PUT /repos/acme/ship/branches/main/protection") {
        writes.push(key);
        protection = JSON.parse(body);
        return answer(200, {});
      }
      return answer(404, { message: `nothing at ${key}` });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.close();
  await at.remove();
});

const run = (...more: readonly string[]) =>
  at.cutwater(
    "branchprotector",
    "--config-path",
    "config.yaml",
    "--job-config-path",
    "jobs",
    "--github-endpoint",
    url,
    "--github-token-path",
    "token",
    ...more,
  );

it("shows, writes, and then has nothing to do", async () => {
  const dry = await run();
  expect(dry).toMatchObject({ code: 0, last: "1 repositories, 1 branches differ, 0 repositories failed" });
  expect(dry.stdout).toContain("would change acme/ship=main\n  not protected -> protected");
  expect(dry.stdout).toContain('required_status_checks: null -> {"strict":false,"contexts":["unit"]}');
  expect(writes).toEqual([]);

  expect(await run("--confirm")).toMatchObject({ code: 0 });
  expect(protection).toMatchObject({ enforce_admins: true, required_status_checks: { contexts: ["unit"] } });
  expect(await run("--confirm")).toMatchObject({ last: "1 repositories, 0 branches differ, 0 repositories failed" });
  expect(writes).toHaveLength(1);
}, 60_000);

it("--verify-restrictions: who may not push is named, and nothing is written", async () => {
  await at.write({
    "config.yaml": CONFIG.replace("enforce_admins: true", "restrictions: { users: [Ada, eve], teams: [crew] }"),
  });
  const bad = await run("--verify-restrictions", "--confirm");
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining("users that may not push: eve") });
  expect(writes).toHaveLength(1);
  await at.write({
    "config.yaml": CONFIG.replace("enforce_admins: true", "restrictions: { users: [Ada], teams: [crew] }"),
  });
  expect(await run("--verify-restrictions")).toMatchObject({ code: 0 });
}, 60_000);

it("a repository that fails is named, and the exit status says so", async () => {
  await at.write({ token: "wrong" });
  const bad = await run();
  expect(bad.code).toBe(1);
  expect(bad.stderr).toMatch(/^error: acme\/ship: .*Bad credentials/m);
  expect(bad.stderr + bad.stdout).not.toContain("wrong");
}, 60_000);
