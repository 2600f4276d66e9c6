/** Plain scalars as Go's YAML reads them: YAML 1.1's truth values and octal numbers, no sexagesimal ones, no dates. */
import type { ScalarTag, TagId, Tags } from "yaml";

const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const INT = "tag:yaml.org,2002:int";
const FLOAT = "tag:yaml.org,2002:float";

const bool: ScalarTag = {
  default: true,
  tag: "tag:yaml.org,2002:bool",
  test: /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/,
  resolve: (text) => TRUE.test(text),
};

/** What JavaScript cannot hold exactly stays text, so that large identifiers survive. */
const exact = (text: string, digits: string, base: number): number | string => {
  const plain = digits.replaceAll("_", "");
  const value = Number.parseInt(plain, base);
  if (!Number.isSafeInteger(value)) return text;
  return text.startsWith("-") ? -value : value;
};

const int = (test: RegExp, skip: number, base: number): ScalarTag => ({
  default: true,
  tag: INT,
  test,
  resolve: (text) => exact(text, text.replace(/^[-+]/, "").slice(skip), base),
});

const float: ScalarTag = {
  default: true,
  tag: FLOAT,
  test: /^[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*|0[0-9]*[89][0-9]*)$|^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+][0-9]+$/,
  resolve: (text) => Number(text.replaceAll("_", "")),
};

const infinite: ScalarTag = {
  default: true,
  tag: FLOAT,
  test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
  resolve: (text) => (/nan/i.test(text) ? Number.NaN : text.startsWith("-") ? -Infinity : Infinity),
};

const OURS: readonly ScalarTag[] = [
  bool,
  int(/^[-+]?0[0-7_]+$/, 1, 8),
  int(/^[-+]?0o[0-7_]+$/, 2, 8),
  int(/^[-+]?0x[0-9a-fA-F_]+$/, 2, 16),
  int(/^[-+]?0b[01_]+$/, 2, 2),
  int(/^[-+]?(?:0|[1-9][0-9_]*)$/, 0, 10),
  float,
  infinite,
];

const replaced = new Set(["tag:yaml.org,2002:bool", INT, FLOAT]);

/** For `customTags` of the yaml package, over its core schema. */
export const goTags = (tags: Tags): (Tags[number] | TagId)[] => [
  ...tags.filter((tag) => typeof tag === "string" || !replaced.has(tag.tag)),
  ...OURS,
];
