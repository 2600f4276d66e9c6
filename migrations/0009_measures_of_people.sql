CREATE TABLE `deed` (
	`repository` text NOT NULL,
	`number` integer NOT NULL,
	`week` integer NOT NULL,
	`kind` text NOT NULL,
	`person` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`repository`, `number`, `week`, `kind`, `person`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `measure_dirty` (
	`repository` text NOT NULL,
	`measure` text NOT NULL,
	`week` integer NOT NULL,
	PRIMARY KEY(`repository`, `measure`, `week`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `measure_run` (
	`repository` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `measure_week` (
	`repository` text NOT NULL,
	`measure` text NOT NULL,
	`sig` text NOT NULL,
	`size` text NOT NULL,
	`week` integer NOT NULL,
	`n` integer NOT NULL,
	`p15` integer,
	`p50` integer,
	`p85` integer,
	`p95` integer,
	PRIMARY KEY(`repository`, `measure`, `sig`, `size`, `week`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `measure_week_week` ON `measure_week` (`repository`,`measure`,`week`);--> statement-breakpoint
CREATE TABLE `person_week` (
	`repository` text NOT NULL,
	`kind` text NOT NULL,
	`sig` text NOT NULL,
	`week` integer NOT NULL,
	`person` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`repository`, `kind`, `sig`, `week`, `person`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `pr_fact` (
	`repository` text NOT NULL,
	`number` integer NOT NULL,
	`is_pr` integer NOT NULL,
	`author` text NOT NULL,
	`author_bot` integer NOT NULL,
	`opened` integer NOT NULL,
	`closed` integer,
	`merged` integer,
	`draft` integer NOT NULL,
	`first_response` integer,
	`responder` text,
	`first_review` integer,
	`first_lgtm` integer,
	`last_lgtm` integer,
	`first_approved` integer,
	`last_other` integer,
	`size` text NOT NULL,
	`sigs` text NOT NULL,
	`labels` text NOT NULL,
	`rounds` text NOT NULL,
	`rebases` integer NOT NULL,
	`retests` integer NOT NULL,
	`flaky` integer NOT NULL,
	PRIMARY KEY(`repository`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `pr_fact_opened` ON `pr_fact` (`repository`,`opened`);--> statement-breakpoint
CREATE INDEX `pr_fact_closed` ON `pr_fact` (`repository`,`is_pr`,`closed`);--> statement-breakpoint
CREATE INDEX `pr_fact_author` ON `pr_fact` (`repository`,`author`,`is_pr`,`opened`);