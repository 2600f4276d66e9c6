/** `/metrics`: Prow's names where they exist, and of jobs only what the asker may see (spec jobs 4.17). */
import { beforeAll, expect, it } from "vitest";
import { ADMIN_TOKEN, addJob, addRepository, call } from "./harness.ts";

beforeAll(async () => {
  await addRepository("gauge/open", false);
  await addRepository("gauge/shut", true);
  const now = Date.now();
  await addJob({ id: "gauge-1", job: "gauge-unit", org: "gauge", repo: "open", state: "failure", startTime: now });
  await addJob({ id: "gauge-2", job: "gauge-unit", org: "gauge", repo: "open", startTime: now - 1000 });
  await addJob({ id: "gauge-3", job: "gauge-shut", org: "gauge", repo: "shut", startTime: now });
});

const metrics = async (init: RequestInit = {}): Promise<string> => (await call("/metrics", init)).text();

it("one sample for each job name's newest run, escaped, for whoever sees it", async () => {
  const text = await metrics();
  expect(text.match(/prow_job_labels\{job_name="gauge-unit"/g)?.length).toBe(1);
  expect(text).toContain(
    'prow_job_labels{job_name="gauge-unit",job_namespace="default",job_agent="kubernetes",label_prow_k8s_io_type="presubmit"',
  );
  expect(text).toContain('label_prow_k8s_io_refs_org="gauge",label_prow_k8s_io_refs_repo="open"');
  expect(text).not.toContain("gauge-shut");
  expect(await metrics({ headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })).toContain("gauge-shut");
});

it("counts by type and state hold no names", async () => {
  expect(await metrics()).toMatch(/^prowjobs\{type="presubmit",state="failure"\} [1-9]\d*$/m);
});
