/** Plugins of pull requests, carried out at GitHub: owners, protected paths, commits, notes, merges. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inRepository, ORG, useConfig } from "../../harness/repositories.ts";
import { eventually, type TestSystem, testSystem } from "../../harness/system.ts";

const KEEL = {
  OWNERS: "approvers:\n- ada\nreviewers:\n- ben\n- emil\nlabels:\n- sig/harbor\n",
  "docs/OWNERS": "approvers:\n- chidi\nlabels:\n- area/docs\n",
  "vendor/lib.sh": "true\n",
};
const MAST = { "README.md": "# Mast\n", "sail.txt": "one\ntwo\nthree\n" };

const PLUGINS = `
plugins:
  ${ORG}/keel:
    plugins: [approve, blunderbuss, owners-label, ownersconfig, blockade, verify-owners, welcome]
  ${ORG}/mast:
    plugins: [dco, cla, invalidcommitmsg, mergecommitblocker, merge-method-comment, release-note, branchcleaner, milestoneapplier, needs-rebase]
  ${ORG}/rudder:
    plugins: [rifle, reward-owners]
  ${ORG}/config:
    plugins: [config-updater]
blunderbuss: {request_count: 1, use_status_availability: true}
rifle: {request_count: 1}
blockades:
- {repos: [${ORG}/keel], blockregexps: ["^vendor/"], explanation: A script changes these.}
milestone_applier:
  ${ORG}/mast: {main: v1.0}
welcome:
- {repos: [${ORG}], message_template: "Ahoy @{{.AuthorLogin}}!"}
`;

let system: TestSystem;
const at = (name: string) => inRepository(system, name);

beforeAll(async () => {
  system = await testSystem({ capacity: 0 });
  const { control } = system.github;
  const repositories = {
    keel: KEEL,
    mast: MAST,
    rudder: { OWNERS: "approvers:\n- ada\nreviewers:\n- chidi\n- emil\n" },
  };
  for (const [name, files] of Object.entries(repositories))
    await control.createRepo({ owner: ORG, name, as: "ada", files });
  control.createMilestone({ repo: `${ORG}/mast`, title: "v1.0" });
  control.setBusy("ben", true);
  await useConfig(system, { "config/prow/plugins.yaml": PLUGINS });
}, 120_000);
afterAll(() => system?.dispose());

describe.concurrent("owners", () => {
  it("a first contributor is welcomed, labelled by OWNERS, sent to who has time, and kept from protected paths", async () => {
    const keel = at("keel");
    const files = { "docs/knots.md": "knots\n", "vendor/lib.sh": "false\n" };
    const number = await keel.pull("nova", "Explain knots", files);
    await keel.told(number, "Ahoy @nova!");
    expect(await keel.told(number, "A script changes these.")).toContain("vendor/lib.sh");
    expect(await keel.told(number, "APPROVALNOTIFIER")).toContain("**NOT APPROVED**");
    const { pull } = await keel.until(number, "labels and a reviewer", ({ labels, pull }) => {
      const wanted = ["area/docs", "sig/harbor", "do-not-merge/blocked-paths"];
      return wanted.every((label) => labels.includes(label)) && pull?.requestedReviewers.length === 1;
    });
    expect(pull?.requestedReviewers).toEqual(["emil"]);
    keel.say(number, "chidi", "/approve");
    await keel.told(number, "chidi");
    expect(keel.page(number).labels).not.toContain("approved");
    keel.say(number, "ada", "/approve");
    const page = await keel.until(number, "it is approved", ({ labels }) => labels.includes("approved"));
    await keel.told(number, "**APPROVED**");
    expect(page.comments.filter(({ body }) => body.includes("APPROVALNOTIFIER"))).toHaveLength(1);
  });

  it("OWNERS files are looked at as they will be once merged", async () => {
    const keel = at("keel");
    const owners = (login: string) => ({ "deck/OWNERS": `approvers:\n- ${login}\n` });
    const number = await keel.pull("ben", "Own the deck", owners("mallory"), { branch: "deck" });
    await keel.until(number, "mallory is refused", ({ labels }) => labels.includes("do-not-merge/invalid-owners-file"));
    await keel.told(number, "mallory");
    await system.github.control.pushToPull({
      repo: keel.repo,
      number,
      as: "ben",
      files: owners("chidi"),
      message: "Another",
    });
    await keel.until(number, "chidi is fine", ({ labels }) => !labels.includes("do-not-merge/invalid-owners-file"));
  });

  it("new owners are thanked", async () => {
    const rudder = at("rudder");
    const number = await rudder.pull("emil", "Own the hold", { "hold/OWNERS": "reviewers:\n- ben\n" });
    await system.github.control.merge({ repo: rudder.repo, number, as: "ada" });
    await rudder.told(number, "@ben");
  });

  it("rifle asks who wrote the lines", async () => {
    const rudder = at("rudder");
    const { control } = system.github;
    const lines = (...all: string[]) => ({ "tiller.txt": `${all.join("\n")}\n` });
    const push = (as: string, files: Record<string, string>) =>
      control.push({ repo: rudder.repo, as, branch: "main", files, message: "Write" });
    await push("emil", lines("a", "b", "c", "d"));
    await push("chidi", lines("a", "b", "C", "D"));
    const number = await rudder.pull("ada", "Rewrite", lines("a", "b", "cc", "dd"));
    const { pull } = await rudder.until(number, "one is asked", (page) => page.pull?.requestedReviewers.length === 1);
    expect(pull?.requestedReviewers).toEqual(["chidi"]);
  });
});

describe.concurrent("commits", () => {
  it("invalidcommitmsg follows the title", async () => {
    const mast = at("mast");
    const { control } = system.github;
    const number = await mast.pull("ben", "Reef the sails", { "reef.md": "reef\n" });
    control.edit({ repo: mast.repo, number, as: "ben", title: "Fixes #1" });
    const label = "do-not-merge/invalid-commit-message";
    await mast.until(number, "it is invalid", ({ labels }) => labels.includes(label));
    await mast.told(number, "<!-- commits that close issues -->");
    control.edit({ repo: mast.repo, number, as: "ben", title: "Reef the sails" });
    await mast.until(number, "all is well", ({ labels, comments }) => {
      return !labels.includes(label) && !comments.some(({ body }) => body.includes("commits that close issues"));
    });
  });

  it("merge commits are found, and their going; several commits are told how they merge", async () => {
    const mast = at("mast");
    const label = "do-not-merge/contains-merge-commits";
    const number = await mast.pull("ben", "Hoist", { "hoist.md": "hoist\n" }, { branch: "hoist" });
    const head = mast.page(number).pull?.head ?? "";
    const main = await system.github.control.branch(mast.repo, "main");
    const { tree } = (await mast.call("ben", "GET", `/git/commits/${head}`)) as { tree: { sha: string } };
    const commit = { message: "Merge main", tree: tree.sha, parents: [head, main] };
    const { sha } = (await mast.call("ada", "POST", "/git/commits", commit)) as { sha: string };
    await mast.call("ada", "PATCH", "/git/refs/heads/hoist", { sha });
    await mast.until(number, "a merge commit", ({ labels }) => labels.includes(label));
    await mast.told(number, "several commits");
    await mast.call("ada", "PATCH", "/git/refs/heads/hoist", { sha: head, force: true });
    await mast.until(number, "none", ({ labels, comments }) => {
      return !labels.includes(label) && !comments.some(({ body }) => body.includes("<!-- merge commits -->"));
    });
  });

  it("sign-offs and agreements", async () => {
    const mast = at("mast");
    const unsigned = await mast.pull("ben", "Unsigned", { "unsigned.md": "u\n" });
    await mast.until(unsigned, "not signed off", ({ labels, pull }) => {
      return labels.includes("dco-signoff: no") && pull?.statuses.dco?.state === "failure";
    });
    const signed = {
      branch: "signed",
      files: { "signed.md": "s\n" },
      message: "Sign\n\nSigned-off-by: Ben <ben@example.com>",
    };
    await system.github.control.push({ repo: mast.repo, as: "ben", ...signed });
    const pull = { title: "Sign", head: "signed", base: "main" };
    const { number } = (await mast.call("ada", "POST", "/pulls", pull)) as { number: number };
    await mast.until(number, "signed off", ({ labels, pull }) => {
      return labels.includes("dco-signoff: yes") && pull?.statuses.dco?.state === "success";
    });
    const head = mast.page(number).pull?.head ?? "";
    for (const [state, label] of [
      ["failure", "cncf-cla: no"],
      ["success", "cncf-cla: yes"],
    ] as const) {
      await mast.call("ada", "POST", `/statuses/${head}`, { state, context: "EasyCLA" });
      await mast.until(
        number,
        label,
        ({ labels }) => labels.filter((one) => one.startsWith("cncf-cla")).join() === label,
      );
    }
  });
});

describe.concurrent("merging", () => {
  it("a release note is asked for, and found in the description", async () => {
    const mast = at("mast");
    const number = await mast.pull("ben", "Note it", { "note.md": "note\n" });
    const needed = "do-not-merge/release-note-label-needed";
    await mast.until(number, "it is asked for", ({ labels }) => labels.includes(needed));
    await mast.told(number, "<!-- release note needed -->");
    const body = "```release-note\nThe mast is taller.\n```";
    system.github.control.edit({ repo: mast.repo, number, as: "ben", body });
    await mast.until(number, "it is there", ({ labels, comments }) => {
      const gone = !comments.some((one) => one.body.includes("<!-- release note needed -->"));
      return gone && labels.includes("release-note") && !labels.includes(needed);
    });
  });

  it("what is merged gets its milestone, and its branch goes", async () => {
    const mast = at("mast");
    const { control } = system.github;
    const number = await mast.pull("ben", "Merge me", { "merged.md": "m\n" }, { branch: "merge-me" });
    await control.merge({ repo: mast.repo, number, as: "ada" });
    await mast.until(number, "its milestone", ({ milestone }) => milestone === "v1.0");
    await eventually("its branch is gone", async () => (await control.branch(mast.repo, "merge-me")) === null);
  });

  it("needs-rebase: a push to the base finds those that conflict, and those that do not any more", async () => {
    const mast = at("mast");
    const { control } = system.github;
    const number = await mast.pull("ben", "Two sails", { "sail.txt": "one\nTWO\nthree\n" });
    const base = (files: Record<string, string>) =>
      control.push({ repo: mast.repo, as: "ada", branch: "main", files, message: "Move the base" });
    await base({ "sail.txt": "one\n2\nthree\n" });
    await mast.until(number, "it conflicts", ({ labels }) => labels.includes("needs-rebase"));
    await mast.told(number, "PR needs rebase.");
    control.journal.clear();
    await base(MAST);
    await mast.until(number, "it does not any more", ({ labels, comments }) => {
      return !labels.includes("needs-rebase") && !comments.some(({ body }) => body.includes("PR needs rebase."));
    });
    // All open pull requests of the base in one call, not one each.
    expect(control.journal.counts["GET /repos/{owner}/{repo}/pulls"]).toBeUndefined();
  });

  it("config-updater tells what became of merged configuration", async () => {
    const config = at("config");
    const file = "config/prow/config.yaml";
    const { content } = (await config.call("ada", "GET", `/contents/${file}`)) as { content: string };
    const good = Buffer.from(content, "base64").toString();
    const merge = async (title: string, text: string): Promise<number> => {
      const number = await config.pull("ben", title, { [file]: text });
      await system.github.control.merge({ repo: config.repo, number, as: "ada" });
      return number;
    };
    expect(await config.told(await merge("Break it", "deck: [\n"), "was refused")).toContain(file);
    await config.told(await merge("Mend it", `${good}# mended\n`), "is loaded");
  }, 60_000);
});
