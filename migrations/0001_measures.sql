CREATE TABLE `job_measure` (
	`job` text NOT NULL,
	`type` text NOT NULL,
	`org` text NOT NULL,
	`repo` text NOT NULL,
	`base_ref` text NOT NULL,
	`last_state` text NOT NULL,
	`state` text NOT NULL,
	`hidden` integer NOT NULL,
	`waits` text NOT NULL,
	`waited` real NOT NULL,
	`runs` text NOT NULL,
	`ran` real NOT NULL,
	`labels` text NOT NULL,
	`annotations` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`job`, `type`, `org`, `repo`, `base_ref`, `last_state`, `state`, `hidden`)
);
