CREATE TABLE `delivery` (
	`guid` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`object` text NOT NULL,
	`event` text NOT NULL,
	`action` text NOT NULL,
	`org` text NOT NULL,
	`repo` text NOT NULL,
	`number` integer NOT NULL,
	`sender` text NOT NULL,
	`received_at` integer NOT NULL,
	`state` text NOT NULL,
	`effects` integer NOT NULL,
	`summary` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `delivery_received` ON `delivery` (`received_at`);--> statement-breakpoint
CREATE INDEX `delivery_repo` ON `delivery` (`org`,`repo`,`number`,`received_at`);--> statement-breakpoint
CREATE TABLE `hook_count` (
	`day` text NOT NULL,
	`event` text NOT NULL,
	`status` integer NOT NULL,
	`reason` text NOT NULL,
	`count` integer NOT NULL,
	`last_guid` text NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`day`, `event`, `status`, `reason`)
);
--> statement-breakpoint
CREATE TABLE `prow_job` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`build_id` text NOT NULL,
	`job` text NOT NULL,
	`type` text NOT NULL,
	`org` text NOT NULL,
	`repo` text NOT NULL,
	`pull` integer,
	`author` text NOT NULL,
	`base_ref` text NOT NULL,
	`base_sha` text NOT NULL,
	`head_sha` text NOT NULL,
	`cluster` text NOT NULL,
	`context` text NOT NULL,
	`state` text NOT NULL,
	`description` text NOT NULL,
	`url` text NOT NULL,
	`storage_path` text NOT NULL,
	`hidden` integer NOT NULL,
	`start_time` integer NOT NULL,
	`pending_time` integer,
	`completion_time` integer
);
--> statement-breakpoint
CREATE INDEX `prow_job_start` ON `prow_job` (`start_time`);--> statement-breakpoint
CREATE INDEX `prow_job_repo` ON `prow_job` (`org`,`repo`,`pull`,`start_time`);--> statement-breakpoint
CREATE INDEX `prow_job_name` ON `prow_job` (`job`,`start_time`);--> statement-breakpoint
CREATE TABLE `repository` (
	`full_name` text PRIMARY KEY NOT NULL,
	`private` integer NOT NULL,
	`updated_at` integer NOT NULL
);
