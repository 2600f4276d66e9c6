/** Which metrics there are: the original's config.yaml (spec velodrome 1.7), and a plain list of metrics. */
import * as z from "zod";
import { check } from "../config/check.ts";
import { type Document, type Path, readDocument } from "../config/document.ts";
import type { Problem } from "../config/model.ts";
import { isMapping, listOf, mapOf, Text } from "../config/values.ts";
import { type CountOptions, parseCount } from "./transform/count.ts";
import { DefinitionError } from "./transform/flags.ts";

export interface Definition {
  /** The measurement's name, and that of its file. */
  readonly metric: string;
  /** `org/repo` in lower case; null for every repository of the mirror. */
  readonly repository: string | null;
  readonly options: CountOptions;
}

export interface Definitions {
  /** Those without a problem. */
  readonly definitions: readonly Definition[];
  readonly problems: readonly Problem[];
}

const orNothing = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const Metric = z.strictObject({ plugin: z.literal("count"), args: orNothing(listOf(Text)) });
/** What the original deployed beside the metrics: of no meaning here, and no mistake. */
const Deployment = z.unknown().optional();
const Project = z.strictObject({
  repositories: orNothing(mapOf(orNothing(mapOf(Metric)))),
  nginx: Deployment,
  grafana: Deployment,
  prometheus: Deployment,
});
const Config = z.strictObject({ projects: mapOf(Project) });
/** More keys may stand beside the arguments. */
const List = z.record(z.string(), z.looseObject({ args: z.array(z.string()) }));

interface Written {
  readonly metric: string;
  readonly repository: string | null;
  readonly args: readonly string[];
  readonly path: Path;
}

/** `projects`, their repositories, and for each of those metrics with plugin and args. Every problem has its line. */
export function readVelodromeConfig(file: string, text: string): Definitions {
  return read(file, text, Config, function* ({ projects }) {
    for (const [project, { repositories }] of Object.entries(projects))
      for (const [repository, metrics] of Object.entries(repositories ?? {}))
        for (const [metric, { args }] of Object.entries(metrics ?? {})) {
          const path = ["projects", project, "repositories", repository, metric];
          yield { metric, repository: repository.toLowerCase(), args: args ?? [], path };
        }
  });
}

/** Metric names, each with its `args`; JSON or YAML. They are of every repository. */
export function readMetricList(file: string, text: string): Definitions {
  return read(file, text, List, function* (metrics) {
    for (const [metric, { args }] of Object.entries(metrics)) yield { metric, repository: null, args, path: [metric] };
  });
}

function read<T>(file: string, text: string, schema: z.ZodType<T>, each: (value: T) => Iterable<Written>): Definitions {
  const { document, problems } = readDocument(file, text);
  if (!isMapping(document.value)) {
    const none = problems.length > 0 ? [] : [document.problem("error", "invalid-value", [], "must be a mapping")];
    return { definitions: [], problems: [...problems, ...none] };
  }
  const checked = check(schema, document, document.value);
  const found: Problem[] = [...problems, ...checked.problems];
  const definitions: Definition[] = [];
  const told = new Set<string>();
  for (const written of checked.value === null ? [] : each(checked.value)) {
    const made = define(document, written, told);
    if ("options" in made) definitions.push(made);
    else found.push(made);
  }
  return { definitions, problems: found };
}

function define(
  document: Document,
  { metric, repository, args, path }: Written,
  told: Set<string>,
): Definition | Problem {
  if (!/^[\w][\w.-]{0,127}$/.test(metric)) {
    const rule = "is no name for a metric: letters, digits, dots, dashes and underscores, and no dot or dash in front";
    return document.problem("error", "metric-name", path, `${JSON.stringify(metric)} ${rule}`);
  }
  if (repository !== null && !/^[^/\s]+\/[^/\s]+$/.test(repository))
    return document.problem("error", "repository-name", path.slice(0, -1), `${repository} must be org/repo`);
  const key = `${repository ?? ""} ${metric}`;
  if (told.has(key))
    return document.problem("error", "metric-twice", path, `${metric} is there already for ${repository ?? "all"}`);
  told.add(key);
  try {
    return { metric, repository, options: parseCount(args) };
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const at = error.argument === null ? [...path, "args"] : [...path, "args", error.argument];
    return document.problem("error", "metric-arguments", at, error.message);
  }
}
