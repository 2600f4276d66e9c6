import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cannotCancelOkToTest,
  code,
  commandHelpUrl,
  draftNotice,
  foreignTeams,
  goodFirstIssue,
  helpWanted,
  isReply,
  labelsMissingInRepository,
  labelsNotSet,
  lgtmNotCollaborator,
  lgtmNotOwner,
  lgtmOwnPullRequest,
  missingAssignees,
  missingReviewers,
  needsOkToTest,
  quoted,
  reply,
  restrictedLabels,
  testHelp,
  treeHashIn,
  treeHashNotice,
  triageRefused,
  unsupportedLabels,
  welcomeMessage,
} from "../../../src/chatops/messages.ts";
import { fakeView } from "./fake-view.ts";

const view = fakeView();
const to = { login: "alice", body: "/hold\nplease", htmlUrl: "https://github.com/org/repo/pull/5#c" };
const guidelines = { help_guidelines_url: "https://g", help_guidelines_summary: "" };
const targets = {
  branch: "org/repo@master",
  required: ["/test b", "/test a"],
  optional: ["/test c"],
  automatic: ["a"],
  all: false,
};

describe("the standard shape (spec chatops 1.11)", () => {
  test("mention, message, and folded away: the quote, its link, who speaks", () => {
    expect(reply(to, view, "no.")).toMatchInlineSnapshot(`
      "@alice: no.

      <details>
      <summary>What this answers</summary>

      In answer to [this comment](https://github.com/org/repo/pull/5#c):

      > /hold
      > please

      I am a bot and listen to comments such as \`/hold\`. [All commands of this repository](https://prow.example.com/command-help?repo=org%2Frepo).
      </details>
      <!-- reply -->"
    `);
    expect(isReply(reply(to, view, "no."))).toBe(true);
    expect(isReply("no.")).toBe(false);
  });

  test("every reply links to the repository's commands", () => {
    expect(commandHelpUrl(view)).toBe("https://prow.example.com/command-help?repo=org%2Frepo");
    expect(reply(to, view, "x")).toContain(commandHelpUrl(view));
  });

  test("a quote is harmless: no mention, no markup, no hidden marker, every line a quote", () => {
    const hostile =
      "@org/team look\r\n</details>\r<!-- test report -->\nLGTM label has been added.  <details>Git tree hash: x</details>";
    const quote = quoted(hostile);
    expect(quote).not.toContain("@org");
    expect(quote).not.toContain("<");
    expect(quote.split("\n").every((line) => line.startsWith(">"))).toBe(true);
  });

  test("whatever is said, a reply fits into a comment and keeps its shape", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 100 }),
        fc.string(),
        fc.integer({ min: 1, max: 3000 }),
        (text, message, times) => {
          const body = reply({ ...to, body: text.repeat(times) }, view, message.repeat(times));
          expect(body.length).toBeLessThan(65_000);
          expect(isReply(body)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
    expect(reply({ ...to, body: "<".repeat(65_536) }, view, "x".repeat(65_536)).length).toBeLessThan(65_000);
  });

  test("somebody's words in a sentence stay one short piece of code", () => {
    expect(code("a`b\nc")).toBe("`a b c`");
    expect(code("<!-- x -->")).not.toContain("<!--");
    expect(code("x".repeat(500)).length).toBeLessThan(110);
  });
});

describe("what the bot says", () => {
  test("trigger", () => {
    expect(needsOkToTest(false, ["member of org", "collaborator of org/repo"])).toMatchInlineSnapshot(
      `"I cannot start jobs on this pull request yet. You are none of: member of org, collaborator of org/repo. Somebody who is one of these has to look at the change and say \`/ok-to-test\` first."`,
    );
    expect(needsOkToTest(true, ["member of org"])).toMatchInlineSnapshot(
      `"I cannot start jobs for you here, and this repository trusts no pull request from outside. You are none of: member of org. A collaborator can start the jobs instead."`,
    );
    expect(cannotCancelOkToTest(["member of org"])).toMatchInlineSnapshot(
      `"only trusted users can take \`/ok-to-test\` back. You are none of: member of org."`,
    );
    expect(draftNotice("alice", view)).toMatchInlineSnapshot(
      `"Hi @alice: this is a draft, so no job starts by itself. \`/test all\` starts them at any time. [All commands](https://prow.example.com/command-help?repo=org%2Frepo)."`,
    );
  });

  test("the list of jobs", () => {
    expect(testHelp("asked", targets)).toMatchInlineSnapshot(`
      "Jobs that a merge needs:
      \`\`\`
      /test a
      /test b
      \`\`\`

      Optional jobs:
      \`\`\`
      /test c
      \`\`\`

      \`/test all\` runs these for this change:
      \`\`\`
      a
      \`\`\`
      <!-- test help -->"
    `);
    expect(testHelp("no target", { ...targets, required: [], all: true })).toMatchInlineSnapshot(`
      "\`/test\` needs to know what to run: \`/test all\`, or \`/test\` and names of jobs.

      Optional jobs:
      \`\`\`
      /test c
      \`\`\`

      \`/test all\` runs all of them.
      <!-- test help -->"
    `);
    expect(testHelp("retest with target", { ...targets, automatic: [] })).toMatchInlineSnapshot(`
      "\`/retest\` stands alone on its line. To run one job, say \`/test\` and its name.

      Jobs that a merge needs:
      \`\`\`
      /test a
      /test b
      \`\`\`

      Optional jobs:
      \`\`\`
      /test c
      \`\`\`
      <!-- test help -->"
    `);
    expect(testHelp("nothing automatic", { ...targets, automatic: [] })).toContain(
      "No job runs by itself for this change",
    );
    const none = { ...targets, required: [], optional: [], automatic: [], all: true };
    expect(testHelp("unknown target", none)).toMatchInlineSnapshot(`
      "I know no such job for this branch, so nothing was started.

      There are no presubmit jobs for \`org/repo@master\`.
      <!-- test help -->"
    `);
  });

  test("the welcome", () => {
    const plain = { joinUrl: "https://join", ignoresOkToTest: false, callOut: null };
    expect(welcomeMessage("alice", view, plain)).toMatchInlineSnapshot(`
      "Hi @alice, thank you for this pull request!

      I am waiting for a trusted person of org/repo to look at it and say \`/ok-to-test\`. That adds the \`ok-to-test\` label, and from then on you can start jobs yourself.

      Members of org need no such step: [how to join](https://join).

      What you can say to me: [all commands](https://prow.example.com/command-help?repo=org%2Frepo)."
    `);
    expect(welcomeMessage("alice", view, { ...plain, ignoresOkToTest: true, callOut: "" })).toMatchInlineSnapshot(`
      "Hi @alice, thank you for this pull request!

      Jobs start here only for members and collaborators of org/repo: one of them will start them for you.

      > [!TIP]
      > You have had several pull requests merged in org. **Please consider [joining the organisation](https://join)**: then your jobs start by themselves.

      What you can say to me: [all commands](https://prow.example.com/command-help?repo=org%2Frepo)."
    `);
    expect(welcomeMessage("alice", view, { ...plain, callOut: "Join at {join_org_url}" })).toContain(
      "> Join at https://join",
    );
  });

  test("lgtm", () => {
    expect(lgtmOwnPullRequest()).toMatchInlineSnapshot(`"authors cannot give LGTM to their own pull request."`);
    expect(lgtmNotCollaborator()).toMatchInlineSnapshot(
      `"giving LGTM and taking it back is restricted to collaborators of this repository."`,
    );
    expect(lgtmNotOwner([])).toMatchInlineSnapshot(
      `"LGTM has to come from somebody whom the OWNERS files of the whole change name as approver or reviewer, and none of them names you."`,
    );
    expect(lgtmNotOwner(["a.go", "b.go"])).toMatchInlineSnapshot(
      `"LGTM has to come from somebody whom the OWNERS files of the whole change name as approver or reviewer. You are missing in those of \`a.go\`, \`b.go\`."`,
    );
    expect(lgtmNotOwner(Array.from({ length: 25 }, (_, n) => `f${n}`))).toMatch(/`f19` and 5 more\.$/);
  });

  test("the tree hash is Prow's text, and read back only from its very start", () => {
    expect(treeHashNotice("abc")).toBe("LGTM label has been added.  <details>Git tree hash: abc</details>");
    expect(treeHashIn(`${treeHashNotice("abc")}\n<!-- cutwater:g:1 -->`)).toBe("abc");
    expect(treeHashIn(`> ${treeHashNotice("abc")}`)).toBeNull();
    expect(treeHashIn("LGTM label has been added.  <details>Git tree hash: abc")).toBeNull();
  });

  test("assign", () => {
    const { before, after } = missingAssignees(to, view);
    expect(`${before}\`bob\`${after}`.split("\n", 1)[0]).toMatchInlineSnapshot(
      `"@alice: GitHub did not let me assign \`bob\`. Only people who can read the repository and belong to the organisation, are collaborators, or have commented here can be assigned, and at most ten at a time."`,
    );
    const reviewers = missingReviewers(to, view);
    expect(`${reviewers.before}\`bob\`${reviewers.after}`.split("\n", 1)[0]).toMatchInlineSnapshot(
      `"@alice: GitHub did not let me ask for a review from \`bob\`. Only members of the organisation with read access and collaborators can be asked, and never the author."`,
    );
    expect(isReply(after) && isReply(reviewers.after)).toBe(true);
    expect(foreignTeams(["a/b"], "org")).toMatchInlineSnapshot(
      `"I can ask only teams of \`org\` for a review, as \`org/team\`. I left out \`a/b\`."`,
    );
  });

  test("label", () => {
    expect(unsupportedLabels(["x"], ["a", "b"])).toMatchInlineSnapshot(
      `"\`/label\` and \`/remove-label\` do not take \`x\`. It takes: \`a\`, \`b\`."`,
    );
    expect(unsupportedLabels(["x"], [])).toMatchInlineSnapshot(
      `"\`/label\` and \`/remove-label\` do not take \`x\`. It takes no label here."`,
    );
    expect(labelsMissingInRepository(["x", "y"])).toMatchInlineSnapshot(
      `"I cannot add \`x\`, \`y\`: the repository has no such label."`,
    );
    expect(labelsNotSet(["x"])).toMatchInlineSnapshot(`"I cannot remove \`x\`: not set here."`);
    expect(triageRefused("org")).toMatchInlineSnapshot(`"only members of \`org\` can add \`triage/accepted\`."`);
    expect(
      restrictedLabels([
        { label: "a", teams: ["t", "u"], users: ["x"] },
        { label: "b", teams: [], users: ["x", "y"] },
        { label: "c", teams: [], users: [] },
      ]),
    ).toMatchInlineSnapshot(`
      "\`a\` can be set and removed only by members of \`t\`, \`u\`.
      \`b\` can be set and removed only by \`x\`, \`y\`.
      \`c\` can be set and removed only by nobody."
    `);
  });

  test("help", () => {
    expect(helpWanted(guidelines)).toMatchInlineSnapshot(`
      "this issue now waits for somebody to take it up. Please check that it meets the [guidelines](https://g).

      If it does not fit, say \`/remove-help\`.
      <!-- help wanted -->"
    `);
    expect(goodFirstIssue({ ...guidelines, help_guidelines_summary: "- clear\n- small\n" })).toMatchInlineSnapshot(`
      "this issue is now marked as fit for newcomers. Please check that it meets the [guidelines](https://g).

      - clear
      - small

      If it does not fit, say \`/remove-good-first-issue\`.
      <!-- good first issue -->"
    `);
  });
});
