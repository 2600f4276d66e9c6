/** A change of the configuration reaches the pull requests that are open: contexts move, retire, and new ones come. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";
import { HELLO, world } from "../faults/support.ts";

const job = (name: string, more = ""): string => `  - name: ${name}
    always_run: true
    decorate: true
    decoration_config: { skip_cloning: true }
${more}    spec:
      containers:
      - image: docker.io/library/alpine:3.22
        command: ["sh", "-c", "true"]
`;
const file = (...jobs: readonly string[]): string => `presubmits:\n  ${HELLO}:\n${jobs.join("")}`;

let system: TestSystem;
let demo: ReturnType<typeof world>;
beforeAll(async () => {
  system = await testSystem();
  demo = world(system);
  await demo.configure(file(job("pull-hello-going"), job("pull-hello-moving")));
});
afterAll(() => system?.dispose());

it("retires, moves and starts (jobs 7.3: test-infra#21814)", async () => {
  const { control } = system.github;
  const change = { repo: HELLO, as: "ben", title: "A change", files: { "notes/reconcile.txt": "here\n" } };
  const { number } = await control.createPull(change);
  expect(await demo.ended(number, "pull-hello-going")).toBe("success");
  expect(await demo.ended(number, "pull-hello-moving")).toBe("success");
  const link = demo.status(number, "pull-hello-moving")?.url;

  await demo.configure(file(job("pull-hello-coming"), job("pull-hello-moving", "    context: hello/moved\n")));
  expect(await demo.ended(number, "pull-hello-coming")).toBe("success");
  const retired = await eventually("the old context is retired", () => {
    const status = demo.status(number, "pull-hello-going");
    return status?.description === "Context retired without replacement." ? status : null;
  });
  expect(retired.state).toBe("success");
  await eventually("the moved one", () => demo.status(number, "hello/moved")?.url === link);
  await eventually(
    "its old name",
    () => demo.status(number, "pull-hello-moving")?.description === 'Context retired. Status moved to "hello/moved".',
  );
});
