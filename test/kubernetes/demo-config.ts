/** The demo's configuration, changed so that its jobs can run in the test's cluster. */
import type { TestSystem } from "../harness/system.ts";
import { eventually } from "../harness/system.ts";

const CONFIG = "cutwater-demo/config";
const PROW = "config/prow/config.yaml";
const JOBS = "config/jobs/hello/hello-jobs.yaml";

/** A job with a preset that brings a variable, a secret as a variable, and the same secret as a file; and a slow one. */
const presetJob = (image: string): string => `
presets:
- labels: { preset-words: "true" }
  env:
  - { name: FROM_PRESET, value: a preset }
  - { name: SECRET_WORD, valueFrom: { secretKeyRef: { name: words, key: word } } }
  volumes:
  - { name: words, secret: { secretName: words } }
  volumeMounts:
  - { name: words, mountPath: /etc/words }
presubmits:
  cutwater-demo/hello:
  - name: pull-hello-words
    always_run: false
    decorate: true
    decoration_config: { censor_secrets: true }
    labels: { preset-words: "true" }
    spec:
      containers:
      - image: ${image}
        command: [sh, -c, 'echo "$FROM_PRESET: $SECRET_WORD, $(cat /etc/words/word)."; cp /etc/words/word $ARTIFACTS']
  - name: pull-hello-slow
    always_run: false
    decorate: true
    spec:
      containers:
      - image: ${image}
        command: [sh, -c, "echo begun; sleep 20; echo done"]
`;

/** Pushes it to the sandbox's config repository and waits until the worker has it. */
export async function useImage({ github, worker, secrets }: TestSystem, image: string): Promise<void> {
  const read = async (file: string): Promise<string> => {
    const answer = await fetch(`${github.apiUrl}/repos/${CONFIG}/contents/${file}`, {
      headers: { authorization: `Bearer ${github.credentials.token}`, accept: "application/vnd.github.raw+json" },
    });
    if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
    return await answer.text();
  };
  const version = async (): Promise<string> => {
    const answer = await fetch(`${worker.url}/api/config`, { headers: { authorization: `Bearer ${secrets.admin}` } });
    return ((await answer.json()) as { version: string }).version;
  };
  const before = await version();
  await github.control.push({
    repo: CONFIG,
    as: "ada",
    branch: "main",
    message: "Run in the test's cluster",
    files: {
      [PROW]: (await read(PROW)).replace("pod_namespace: default", "pod_namespace: test-pods"),
      "config/jobs/hello/words-jobs.yaml": presetJob(image),
      [JOBS]: (await read(JOBS)).replaceAll(/image: .*/g, `image: ${image}`),
    },
  });
  await eventually("the worker has loaded the change", async () => (await version()) !== before);
}
