CREATE TABLE `token_window` (
	`span` text NOT NULL,
	`reset_at` integer NOT NULL,
	`credential` text NOT NULL,
	`resource` text NOT NULL,
	`login` text NOT NULL,
	`allowance` integer NOT NULL,
	`used` integer NOT NULL,
	`peak` integer NOT NULL,
	`calls` text NOT NULL,
	`pace` real NOT NULL,
	`alerted` integer,
	PRIMARY KEY(`span`, `reset_at`, `credential`, `resource`)
) WITHOUT ROWID;
