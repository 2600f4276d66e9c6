/** D1: the index, written behind the durable objects (design 8). The one description: migrations, inserts and types. */
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** One row per ProwJob, upserted by its `Job`; an older `version` never overwrites a newer one. Times in milliseconds. */
export const prowJob = sqliteTable(
  "prow_job",
  {
    id: text().primaryKey(),
    version: integer().notNull(),
    buildId: text("build_id").notNull(),
    job: text().notNull(),
    type: text().notNull(),
    org: text().notNull(),
    repo: text().notNull(),
    pull: integer(),
    author: text().notNull(),
    baseRef: text("base_ref").notNull(),
    baseSha: text("base_sha").notNull(),
    headSha: text("head_sha").notNull(),
    cluster: text().notNull(),
    context: text().notNull(),
    state: text().notNull(),
    description: text().notNull(),
    url: text().notNull(),
    storagePath: text("storage_path").notNull(),
    hidden: integer().notNull(),
    startTime: integer("start_time").notNull(),
    pendingTime: integer("pending_time"),
    completionTime: integer("completion_time"),
  },
  (t) => [
    index("prow_job_start").on(t.startTime),
    index("prow_job_repo").on(t.org, t.repo, t.pull, t.startTime),
    index("prow_job_name").on(t.job, t.startTime),
  ],
);

/**
 * What the exporter counts of jobs that ended: one row per job name, place, state and the state before. `waits` and
 * `runs` are JSON lists of counts, one for each bucket of `runtimeBuckets` and one for what is longer; sums in seconds.
 */
export const jobMeasure = sqliteTable(
  "job_measure",
  {
    job: text().notNull(),
    type: text().notNull(),
    org: text().notNull(),
    repo: text().notNull(),
    baseRef: text("base_ref").notNull(),
    lastState: text("last_state").notNull(),
    state: text().notNull(),
    hidden: integer().notNull(),
    waits: text().notNull(),
    waited: real().notNull(),
    runs: text().notNull(),
    ran: real().notNull(),
    /** JSON objects: those of the latest run. */
    labels: text().notNull(),
    annotations: text().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.job, t.type, t.org, t.repo, t.baseRef, t.lastState, t.state, t.hidden] })],
);

/** One row per webhook delivery: where to find it, and what came of it. */
export const delivery = sqliteTable(
  "delivery",
  {
    guid: text().primaryKey(),
    version: integer().notNull(),
    /** Name of the Conversation (with #) or Repository that owns it. */
    object: text().notNull(),
    event: text().notNull(),
    action: text().notNull(),
    org: text().notNull(),
    repo: text().notNull(),
    number: integer().notNull(),
    sender: text().notNull(),
    receivedAt: integer("received_at").notNull(),
    state: text().notNull(),
    effects: integer().notNull(),
    summary: text().notNull(),
  },
  (t) => [
    index("delivery_received").on(t.receivedAt),
    index("delivery_repo").on(t.org, t.repo, t.number, t.receivedAt),
  ],
);

/** Webhooks counted: taken ones, refused ones with the reason, unknown events. One row per day, event, status and reason. */
export const hookCount = sqliteTable(
  "hook_count",
  {
    day: text().notNull(),
    event: text().notNull(),
    status: integer().notNull(),
    reason: text().notNull(),
    count: integer().notNull(),
    lastGuid: text("last_guid").notNull(),
    lastAt: integer("last_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.event, t.status, t.reason] })],
);

/** What is known of repositories, from webhooks. A repository that is not here counts as private. */
export const repository = sqliteTable("repository", {
  /** `org/repo` in lower case. */
  fullName: text("full_name").primaryKey(),
  private: integer().notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** One row per merge pool that there is; `view` is a PoolView as JSON, without history. */
export const mergePool = sqliteTable(
  "merge_pool",
  {
    /** `org/repo@branch`, org and repo in lower case. */
    name: text().primaryKey(),
    org: text().notNull(),
    repo: text().notNull(),
    branch: text().notNull(),
    view: text().notNull(),
    updated: integer().notNull(),
  },
  (t) => [index("merge_pool_repo").on(t.org, t.repo)],
);

/** What each merge pool was and did in each hour and day (`resolution`, seconds). `at`: seconds. `repository`: in lower case. */
export const poolBucket = sqliteTable(
  "pool_bucket",
  {
    repository: text().notNull(),
    branch: text().notNull(),
    resolution: integer().notNull(),
    at: integer().notNull(),
    /** Pull requests in the pool: the last number, and the highest. */
    pulls: integer().notNull(),
    most: integer().notNull(),
    /** Merged in it, and of those in batches. */
    merged: integer().notNull(),
    batched: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.resolution, t.branch, t.at] })],
);

/**
 * The issue mirror (spec velodrome 1.2, 1.12): `repository` is `org/repo` in lower case; times are GitHub's, in seconds.
 * `seen` is when we learnt it, in milliseconds: of two rows the one with the later (`updated`, `seen`) stands. `gone` is 1 once
 * it was deleted or transferred.
 */
export const mirrorIssue = sqliteTable(
  "mirror_issue",
  {
    repository: text().notNull(),
    number: integer().notNull(),
    isPr: integer("is_pr").notNull(),
    user: text().notNull(),
    title: text().notNull(),
    state: text().notNull(),
    comments: integer().notNull(),
    /** JSON lists of names. */
    labels: text().notNull(),
    assignees: text().notNull(),
    milestone: text().notNull(),
    created: integer().notNull(),
    closed: integer(),
    updated: integer().notNull(),
    seen: integer().notNull(),
    gone: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.repository, t.number] }),
    index("mirror_issue_updated").on(t.repository, t.updated, t.number),
  ],
);

/** What only pull requests have; of the same versions as their issues. */
export const mirrorPull = sqliteTable(
  "mirror_pull",
  {
    repository: text().notNull(),
    number: integer().notNull(),
    draft: integer().notNull(),
    baseRef: text("base_ref").notNull(),
    baseSha: text("base_sha").notNull(),
    headRef: text("head_ref").notNull(),
    headSha: text("head_sha").notNull(),
    merged: integer(),
    mergedBy: text("merged_by"),
    mergeCommit: text("merge_commit"),
    commits: integer().notNull(),
    additions: integer().notNull(),
    deletions: integer().notNull(),
    changedFiles: integer("changed_files").notNull(),
    updated: integer().notNull(),
    seen: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.number] }), index("mirror_pull_merged").on(t.repository, t.merged)],
);

/** Events of issues never change. `detail`: a milestone's title, a new title, who was asked for a review, or a commit. */
export const mirrorEvent = sqliteTable(
  "mirror_event",
  {
    repository: text().notNull(),
    id: integer().notNull(),
    issue: integer().notNull(),
    actor: text(),
    event: text().notNull(),
    label: text(),
    assignee: text(),
    detail: text(),
    at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.repository, t.id] }),
    index("mirror_event_at").on(t.repository, t.at, t.id),
    index("mirror_event_issue").on(t.repository, t.issue, t.at),
  ],
);

/** Comments of conversations, and those on lines (`review` 1): their ids are from different spaces. */
export const mirrorComment = sqliteTable(
  "mirror_comment",
  {
    repository: text().notNull(),
    review: integer().notNull(),
    id: integer().notNull(),
    issue: integer().notNull(),
    user: text().notNull(),
    body: text().notNull(),
    at: integer().notNull(),
    updated: integer().notNull(),
    seen: integer().notNull(),
    gone: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.repository, t.review, t.id] }),
    index("mirror_comment_at").on(t.repository, t.at, t.id),
    index("mirror_comment_issue").on(t.repository, t.issue, t.at),
  ],
);

/** Reviews of pull requests: GitHub says not when one was changed, so what we learnt last stands. */
export const mirrorReview = sqliteTable(
  "mirror_review",
  {
    repository: text().notNull(),
    id: integer().notNull(),
    issue: integer().notNull(),
    user: text().notNull(),
    /** APPROVED, CHANGES_REQUESTED, COMMENTED or DISMISSED. */
    state: text().notNull(),
    commit: text().notNull(),
    at: integer().notNull(),
    seen: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.id] }), index("mirror_review_issue").on(t.repository, t.issue, t.at)],
);

/** Repositories that were renamed or transferred, and their names of today. */
export const mirrorMoved = sqliteTable("mirror_moved", {
  repository: text().primaryKey(),
  now: text().notNull(),
});

/** How far the builds of each UTC day are (src/metrics/step.ts): read up to (`after_time`, `after_id`), into so many parts. */
export const buildDay = sqliteTable("build_day", {
  /** YYYY-MM-DD. */
  day: text().primaryKey(),
  afterTime: integer("after_time").notNull(),
  afterId: text("after_id").notNull(),
  parts: integer().notNull(),
  /** 1 once all of the day's builds were looked at. */
  complete: integer().notNull(),
  /** Counts what changed in the parts; `told`: what of it is in the metrics. */
  changes: integer().notNull(),
  told: integer().notNull(),
});

/** Builds that started on a day, many to a row: those that ended, packed (src/metrics/part.ts), and the ids of those that had not. */
export const buildPart = sqliteTable(
  "build_part",
  {
    day: text().notNull(),
    part: integer().notNull(),
    builds: text().notNull(),
    /** How many had not ended when they were looked at (milliseconds). */
    open: integer().notNull(),
    lookedAt: integer("looked_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.part] })],
);

/** What is known of a job for ever: UTC days of its first and latest run, and of its latest pass. `job` as metrics name it. */
export const buildJob = sqliteTable(
  "build_job",
  {
    job: text().notNull(),
    /** `org/repo` in lower case; empty for none. */
    repository: text().notNull(),
    firstRun: text("first_run").notNull(),
    lastRun: text("last_run").notNull(),
    lastPass: text("last_pass"),
  },
  (t) => [primaryKey({ columns: [t.job, t.repository] }), index("build_job_last_run").on(t.lastRun)],
);

/** What a metric of builds came to on a day: its rows, as a JSON list of objects. */
export const buildMetric = sqliteTable(
  "build_metric",
  { metric: text().notNull(), day: text().notNull(), rows: text().notNull() },
  (t) => [primaryKey({ columns: [t.metric, t.day] })],
);

/**
 * What an issue or pull request comes to (spec velodrome 8.3), derived from its rows of the mirror whenever one of those changed; see
 * factOf() in src/velodrome/measures/fact.ts. Times in seconds; null: never. Lists are JSON.
 */
export const prFact = sqliteTable(
  "pr_fact",
  {
    repository: text().notNull(),
    number: integer().notNull(),
    isPr: integer("is_pr").notNull(),
    author: text().notNull(),
    authorBot: integer("author_bot").notNull(),
    opened: integer().notNull(),
    closed: integer(),
    merged: integer(),
    draft: integer().notNull(),
    /** Of somebody else who is no bot. */
    firstResponse: integer("first_response"),
    responder: text(),
    firstReview: integer("first_review"),
    firstLgtm: integer("first_lgtm"),
    lastLgtm: integer("last_lgtm"),
    firstApproved: integer("first_approved"),
    lastOther: integer("last_other"),
    /** XS to XXL, or none. */
    size: text().notNull(),
    /** Without sig/. */
    sigs: text().notNull(),
    /** Those that it has now and that tell what it waits for. */
    labels: text().notNull(),
    /** Seconds from a push to its answer, for each round that was answered. */
    rounds: text().notNull(),
    rebases: integer().notNull(),
    retests: integer().notNull(),
    flaky: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.repository, t.number] }),
    index("pr_fact_opened").on(t.repository, t.opened),
    index("pr_fact_closed").on(t.repository, t.isPr, t.closed),
    index("pr_fact_author").on(t.repository, t.author, t.isPr, t.opened),
  ],
);

/** What people did on an issue or pull request in a week (its Monday, UTC, in seconds); kinds: src/velodrome/measures/deed.ts. */
export const deed = sqliteTable(
  "deed",
  {
    repository: text().notNull(),
    number: integer().notNull(),
    week: integer().notNull(),
    kind: text().notNull(),
    person: text().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.number, t.week, t.kind, t.person] })],
);

/** Weeks of measures that are to be worked out again. */
export const measureDirty = sqliteTable(
  "measure_dirty",
  {
    repository: text().notNull(),
    measure: text().notNull(),
    week: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.measure, t.week] })],
);

/** How many there were of a week (its Monday, UTC, in seconds), and nearest-rank percentiles in seconds. Empty `sig`, `size`: all. */
export const measureWeek = sqliteTable(
  "measure_week",
  {
    repository: text().notNull(),
    measure: text().notNull(),
    sig: text().notNull(),
    size: text().notNull(),
    week: integer().notNull(),
    n: integer().notNull(),
    p15: integer(),
    p50: integer(),
    p85: integer(),
    p95: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.repository, t.measure, t.sig, t.size, t.week] }),
    index("measure_week_week").on(t.repository, t.measure, t.week),
  ],
);

/** How often each person did something of a kind in a week: the sums of `deed`. Empty `sig`: all. */
export const personWeek = sqliteTable(
  "person_week",
  {
    repository: text().notNull(),
    kind: text().notNull(),
    sig: text().notNull(),
    week: integer().notNull(),
    person: text().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.repository, t.kind, t.sig, t.week, t.person] })],
);

/** The time (seconds) up to which a repository's measures are. */
export const measureRun = sqliteTable("measure_run", {
  repository: text().primaryKey(),
  until: integer().notNull(),
});

/** Weekly reports of mirrored repositories; `body` is a Report (src/velodrome/reports/view.ts) as JSON. A `final` one stays. */
export const weeklyReport = sqliteTable(
  "weekly_report",
  {
    repository: text().notNull(),
    /** ISO week, such as `2026-W47`. */
    week: text().notNull(),
    body: text().notNull(),
    final: integer().notNull(),
    /** Seconds. */
    madeAt: integer("made_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.week, t.repository] }), index("weekly_report_repository").on(t.repository, t.week)],
);

/** Where a week's reports were handed to an outbox. */
export const weeklyPost = sqliteTable("weekly_post", { week: text().notNull(), destination: text().notNull() }, (t) => [
  primaryKey({ columns: [t.week, t.destination] }),
]);
