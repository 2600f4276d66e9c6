CREATE TABLE `weekly_post` (
	`week` text NOT NULL,
	`destination` text NOT NULL,
	PRIMARY KEY(`week`, `destination`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `weekly_report` (
	`repository` text NOT NULL,
	`week` text NOT NULL,
	`body` text NOT NULL,
	`final` integer NOT NULL,
	`made_at` integer NOT NULL,
	PRIMARY KEY(`week`, `repository`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `weekly_report_repository` ON `weekly_report` (`repository`,`week`);