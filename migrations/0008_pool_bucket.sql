CREATE TABLE `pool_bucket` (
	`repository` text NOT NULL,
	`branch` text NOT NULL,
	`resolution` integer NOT NULL,
	`at` integer NOT NULL,
	`pulls` integer NOT NULL,
	`most` integer NOT NULL,
	`merged` integer NOT NULL,
	`batched` integer NOT NULL,
	PRIMARY KEY(`repository`, `resolution`, `branch`, `at`)
) WITHOUT ROWID;
