CREATE TABLE `build_day` (
	`day` text PRIMARY KEY NOT NULL,
	`after_time` integer NOT NULL,
	`after_id` text NOT NULL,
	`parts` integer NOT NULL,
	`complete` integer NOT NULL,
	`changes` integer NOT NULL,
	`told` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `build_job` (
	`job` text NOT NULL,
	`repository` text NOT NULL,
	`first_run` text NOT NULL,
	`last_run` text NOT NULL,
	`last_pass` text,
	PRIMARY KEY(`job`, `repository`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `build_job_last_run` ON `build_job` (`last_run`);--> statement-breakpoint
CREATE TABLE `build_metric` (
	`metric` text NOT NULL,
	`day` text NOT NULL,
	`rows` text NOT NULL,
	PRIMARY KEY(`metric`, `day`)
);
--> statement-breakpoint
CREATE TABLE `build_part` (
	`day` text NOT NULL,
	`part` integer NOT NULL,
	`builds` text NOT NULL,
	`open` integer NOT NULL,
	`looked_at` integer NOT NULL,
	PRIMARY KEY(`day`, `part`)
);
