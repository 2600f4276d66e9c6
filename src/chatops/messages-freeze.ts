/** What testfreeze says. */
import { code } from "./messages.ts";
import type { Freeze } from "./plugins/testfreeze/freeze.ts";

const PHASES = "https://github.com/kubernetes/sig-release/blob/master/releases/release_phases.md";
const SLACK = "[#sig-release](https://kubernetes.slack.com/archives/C2C40FMNF)";
const LEADS = "`@kubernetes/sig-release-leads`";
const FAST_FORWARD =
  "[ci-fast-forward](https://testgrid.k8s.io/sig-release-releng-blocking#git-repo-kubernetes-fast-forward)";

/** What a freeze means for a pull request; fixes of bugs have an easier way in. */
export function freezeNotice(freeze: Freeze, isBugFix: boolean): string {
  const parts: string[] = [];
  if (freeze.code) parts.push(codeFreeze(freeze.tag, isBugFix));
  if (freeze.test) parts.push(testFreeze(freeze));
  return parts.join("\n\n---\n\n");
}

function codeFreeze(tag: string, isBugFix: boolean): string {
  const start = `The release ${tag} is in [Code Freeze](${PHASES}#code-freeze).`;
  const review = "Have it reviewed and approved as always (`/lgtm` and `/approve`).";
  if (isBugFix) {
    return [
      `${start} This pull request has the label \`kind/bug\`, so it **may** still become part of ${tag}:`,
      "",
      `1. ${review}`,
      `2. Mention ${LEADS} here, so that the release team knows of the fix. When time is short, ask in ${SLACK}, too.`,
    ].join("\n");
  }
  return [
    `${start} **Nobody may add the milestone without the release team's approval.** If this has to be part of ${tag}:`,
    "",
    `1. ${review}`,
    `2. Mention ${LEADS} here and ask in ${SLACK} for the milestone ${code(tag)}.`,
  ].join("\n");
}

function testFreeze({ code: also, branch, tag, lastFastForward }: Freeze): string {
  return [
    `The branch ${code(branch)} is ${also ? "also " : ""}in [Test Freeze](${PHASES}#test-freeze): whatever is merged here goes to it, and into ${tag}, by the periodic job ${FAST_FORWARD}.`,
    "",
    `That happens every 6 hours. The last run: ${lastFastForward ?? "unknown"}.`,
  ].join("\n");
}
