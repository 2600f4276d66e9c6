/** The original's dashboards of pull requests (spec velodrome 1.10 A and B), and those that its other metrics were made for. */
import { inState, leaders, people, perBucket, perDay } from "./metric-panels.ts";
import type { Dashboard } from "./panel.ts";

const WEEK = 7 * 86_400;
const ALL = "Sum of all repositories";
const MA7 = "the mean of a day and the six before it";

export const velocity: Dashboard = {
  id: "velocity",
  title: "Velocity",
  about: "How fast do pull requests come, get talked about, and merge?",
  days: 90,
  sight: "repositories",
  panels: [
    perDay(
      {
        id: "merge-rate",
        title: "Merge rate (7-day average)",
        definition: `Pull requests merged a day: ${MA7}. Repositories stand on top of each other.`,
      },
      { metric: "merge", field: "event" },
      ALL,
    ),
    perDay(
      {
        id: "comments",
        title: "Number of comments (7-day average)",
        definition: `Comments on pull requests a day, in conversations and on lines, without those of bots: ${MA7}.`,
      },
      { metric: "contributions", field: "comment" },
      ALL,
    ),
    people(
      {
        id: "commenters",
        title: "Unique commenters by week",
        definition:
          "Different people who commented on pull requests in each week (Monday to Sunday, UTC), without bots. Who comments in several repositories counts once in the line of all of them, which is there where it can be counted in one go.",
      },
      { metric: "contributions", field: "comment" },
    ),
    perDay(
      {
        id: "new-pull-requests",
        title: "New pull requests (7-day average)",
        definition: `Pull requests opened a day, without those of bots: ${MA7}.`,
      },
      { metric: "contributions", field: "event" },
      ALL,
    ),
    inState(
      {
        id: "open-pull-requests",
        title: "Number and age of open pull requests",
        definition:
          "At the end of each bucket: how many pull requests were open (right axis), and the age of the one in the middle of them (nearest rank).",
      },
      "open",
    ),
    people(
      {
        id: "authors",
        title: "Pull request authors by week",
        definition: "Different people who opened a pull request in each week (Monday to Sunday, UTC), without bots.",
      },
      { metric: "contributions", field: "event" },
    ),
    perBucket(
      {
        id: "merges-by-week",
        title: "Merges by week",
        definition: "Pull requests merged in each week (Monday to Sunday, UTC); the running week grows until it ends.",
      },
      { metric: "merge", field: "event" },
      WEEK,
      ALL,
    ),
    leaders(
      {
        id: "who-comments",
        title: "Who comments most",
        definition:
          "Logins and how many comments they wrote on pull requests in this time, without bots; by days up to a month, by whole weeks beyond.",
      },
      { metric: "contributions", field: "comment" },
      "Comments",
    ),
  ],
};

const waiting = (id: string, title: string, definition: string, metric: string) =>
  inState(
    { id, title, definition: `${definition} At the end of each bucket: their number (right axis) and median age.` },
    metric,
  );

export const reviewing: Dashboard = {
  id: "reviewing",
  title: "Reviewing",
  about: "What waits for whom, and who reviews?",
  days: 90,
  sight: "repositories",
  panels: [
    waiting(
      "reviewed",
      "Reviewed, not merged",
      "Open pull requests with the label lgtm and without needs-rebase.",
      "lgtmed",
    ),
    waiting(
      "approved",
      "Approved, not merged",
      "Open pull requests with the label approved and without needs-rebase.",
      "approved",
    ),
    waiting("needs-rebase", "Waiting for a rebase", "Open pull requests with the label needs-rebase.", "needs-rebase"),
    waiting("open-issues", "Open issues", "Issues, without pull requests, that were not closed.", "open-issues"),
    perDay(
      {
        id: "retests",
        title: "Tests asked for again (7-day average)",
        definition: `Comments that ask for tests (/retest, /test) a day: ${MA7}.`,
      },
      { metric: "testthis", field: "comment" },
      ALL,
    ),
    people(
      {
        id: "reviewers",
        title: "Reviewers by week",
        definition: "Different people who wrote /lgtm in each week.",
      },
      { metric: "lgtmer", field: "comment" },
    ),
    leaders(
      {
        id: "who-reviews",
        title: "Who reviews",
        definition:
          "Logins and how often they wrote /lgtm in this time. The label that a bot sets for it is not counted again.",
      },
      { metric: "lgtmer", field: "comment" },
      "/lgtm",
    ),
    leaders(
      {
        id: "who-approves",
        title: "Who approves",
        definition: "Logins and how often they wrote /approve in this time.",
      },
      { metric: "approver", field: "comment" },
      "/approve",
    ),
  ],
};
