CREATE TABLE `metric_author` (
	`repository` text NOT NULL,
	`metric` text NOT NULL,
	`generation` integer NOT NULL,
	`resolution` integer NOT NULL,
	`field` text NOT NULL,
	`at` integer NOT NULL,
	`author` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`repository`, `metric`, `generation`, `resolution`, `field`, `at`, `author`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `metric_bucket` (
	`repository` text NOT NULL,
	`metric` text NOT NULL,
	`generation` integer NOT NULL,
	`resolution` integer NOT NULL,
	`field` text NOT NULL,
	`at` integer NOT NULL,
	`value` real NOT NULL,
	PRIMARY KEY(`repository`, `metric`, `generation`, `resolution`, `field`, `at`)
) WITHOUT ROWID;
