CREATE TABLE `metric_point` (
	`repository` text NOT NULL,
	`metric` text NOT NULL,
	`generation` integer NOT NULL,
	`resolution` integer NOT NULL,
	`field` text NOT NULL,
	`at` integer NOT NULL,
	`n` integer NOT NULL,
	`sum` real NOT NULL,
	`least` real NOT NULL,
	`most` real NOT NULL,
	`last` real NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`repository`, `metric`, `generation`, `resolution`, `at`, `field`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `metric_run` (
	`repository` text NOT NULL,
	`metric` text NOT NULL,
	`definition` text NOT NULL,
	`generation` integer NOT NULL,
	`shown` integer NOT NULL,
	`seq` integer NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`repository`, `metric`)
) WITHOUT ROWID;
