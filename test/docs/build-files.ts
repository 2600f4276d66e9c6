/** Files of a build: docs/artifacts.md lists these, and a real build has them. */
export const BUILD_FILES: readonly string[] = [
  "artifacts/",
  "build-log.txt",
  "clone-log.txt",
  "clone-records.json",
  "finished.json",
  "podinfo.json",
  "prowjob.json",
  "started.json",
];
