CREATE TABLE `mirror_comment` (
	`repository` text NOT NULL,
	`review` integer NOT NULL,
	`id` integer NOT NULL,
	`issue` integer NOT NULL,
	`user` text NOT NULL,
	`body` text NOT NULL,
	`at` integer NOT NULL,
	`updated` integer NOT NULL,
	`seen` integer NOT NULL,
	`gone` integer NOT NULL,
	PRIMARY KEY(`repository`, `review`, `id`)
);
--> statement-breakpoint
CREATE INDEX `mirror_comment_at` ON `mirror_comment` (`repository`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `mirror_comment_issue` ON `mirror_comment` (`repository`,`issue`,`at`);--> statement-breakpoint
CREATE TABLE `mirror_event` (
	`repository` text NOT NULL,
	`id` integer NOT NULL,
	`issue` integer NOT NULL,
	`actor` text,
	`event` text NOT NULL,
	`label` text,
	`assignee` text,
	`detail` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`repository`, `id`)
);
--> statement-breakpoint
CREATE INDEX `mirror_event_at` ON `mirror_event` (`repository`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `mirror_event_issue` ON `mirror_event` (`repository`,`issue`,`at`);--> statement-breakpoint
CREATE TABLE `mirror_issue` (
	`repository` text NOT NULL,
	`number` integer NOT NULL,
	`is_pr` integer NOT NULL,
	`user` text NOT NULL,
	`title` text NOT NULL,
	`state` text NOT NULL,
	`comments` integer NOT NULL,
	`labels` text NOT NULL,
	`assignees` text NOT NULL,
	`milestone` text NOT NULL,
	`created` integer NOT NULL,
	`closed` integer,
	`updated` integer NOT NULL,
	`seen` integer NOT NULL,
	`gone` integer NOT NULL,
	PRIMARY KEY(`repository`, `number`)
);
--> statement-breakpoint
CREATE INDEX `mirror_issue_updated` ON `mirror_issue` (`repository`,`updated`,`number`);--> statement-breakpoint
CREATE TABLE `mirror_moved` (
	`repository` text PRIMARY KEY NOT NULL,
	`now` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `mirror_pull` (
	`repository` text NOT NULL,
	`number` integer NOT NULL,
	`draft` integer NOT NULL,
	`base_ref` text NOT NULL,
	`base_sha` text NOT NULL,
	`head_ref` text NOT NULL,
	`head_sha` text NOT NULL,
	`merged` integer,
	`merged_by` text,
	`merge_commit` text,
	`commits` integer NOT NULL,
	`additions` integer NOT NULL,
	`deletions` integer NOT NULL,
	`changed_files` integer NOT NULL,
	`updated` integer NOT NULL,
	`seen` integer NOT NULL,
	PRIMARY KEY(`repository`, `number`)
);
--> statement-breakpoint
CREATE INDEX `mirror_pull_merged` ON `mirror_pull` (`repository`,`merged`);--> statement-breakpoint
CREATE TABLE `mirror_review` (
	`repository` text NOT NULL,
	`id` integer NOT NULL,
	`issue` integer NOT NULL,
	`user` text NOT NULL,
	`state` text NOT NULL,
	`commit` text NOT NULL,
	`at` integer NOT NULL,
	`seen` integer NOT NULL,
	PRIMARY KEY(`repository`, `id`)
);
--> statement-breakpoint
CREATE INDEX `mirror_review_issue` ON `mirror_review` (`repository`,`issue`,`at`);