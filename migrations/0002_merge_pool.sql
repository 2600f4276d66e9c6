CREATE TABLE `merge_pool` (
	`name` text PRIMARY KEY NOT NULL,
	`org` text NOT NULL,
	`repo` text NOT NULL,
	`branch` text NOT NULL,
	`view` text NOT NULL,
	`updated` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `merge_pool_repo` ON `merge_pool` (`org`,`repo`);