/** The demo's open issues and pull requests. */
import type { Files } from "../git/write.ts";

export interface DemoIssue {
  readonly repo: string;
  readonly by: string;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  /** Unset: an issue. */
  readonly pull?: {
    readonly branch: string;
    readonly files: Files;
    readonly base?: string;
    readonly draft?: boolean;
    readonly fork?: boolean;
  };
}

const greetings = (languages: readonly (readonly [string, string])[]): string =>
  [
    "# Greetings, one function.",
    "",
    "# greet <name> <language>: prints one line, or fails for a language that it does not speak.",
    "greet() {",
    '  case "$2" in',
    ...languages.map(([code, word]) => `    ${code}) echo "${word}, $1!" ;;`),
    '    *) echo "greet: no such language: $2" >&2; return 1 ;;',
    "  esac",
    "}",
    "",
  ].join("\n");

const KNOWN = [
  ["en", "Hello"],
  ["de", "Hallo"],
  ["sw", "Habari"],
] as const;

const ships = (rows: readonly string[]): string => ["name,flag,pier,length", ...rows, ""].join("\n");

export const CHANGES: readonly DemoIssue[] = [
  {
    repo: "hello",
    by: "nova",
    title: "hello should greet in more languages",
    body: "Only three so far. A new one is one line in `lib/greetings.sh` and one test. Comment `/assign` to take it, or `/help` to ask for others.",
    labels: ["kind/feature", "sig/greeting"],
  },
  {
    repo: "hello",
    by: "ben",
    title: "Greet in French",
    body: "Adds `fr`. Part of #1.\n\n/kind feature\n/cc @chidi",
    labels: ["kind/feature"],
    pull: { branch: "french", files: { "lib/greetings.sh": greetings([...KNOWN, ["fr", "Bonjour"]]) } },
  },
  {
    repo: "hello",
    by: "chidi",
    title: "Greet more politely in German",
    body: "`Guten Tag` is what one says to strangers.\n\nThe unit test still expects `Hallo`: try `/test pull-hello-unit` and look at its log.",
    labels: ["kind/cleanup"],
    pull: {
      branch: "polite",
      files: {
        "lib/greetings.sh": greetings([
          ["en", "Hello"],
          ["de", "Guten Tag"],
          ["sw", "Habari"],
        ]),
      },
    },
  },
  {
    repo: "hello",
    by: "mallory",
    title: "Say what the languages are",
    body: "A stranger's pull request: nothing runs before a member says `/ok-to-test`.",
    labels: ["needs-ok-to-test"],
    pull: {
      branch: "languages",
      fork: true,
      files: {
        "docs/usage.md":
          "# Usage\n\nRun `bin/hello.sh <name> <language>`. See the [overview](../README.md).\n\n| code | language |\n|---|---|\n| `en` | English |\n| `de` | German |\n| `sw` | Swahili |\n",
      },
    },
  },
  {
    repo: "hello",
    by: "ada",
    title: "WIP: Add a flag for loud greetings",
    body: "Not ready: automatic jobs wait until this is no draft any more. `/test all` runs them all the same.",
    labels: ["do-not-merge/work-in-progress"],
    pull: {
      branch: "loud",
      draft: true,
      files: {
        "bin/hello.sh": {
          executable: true,
          text: '#!/bin/sh\n# Usage: hello.sh [--loud] [name] [language]\n. "$(dirname "$0")/../lib/greetings.sh"\nif [ "$1" = --loud ]; then\n  shift\n  greet "${1:-world}" "${2:-en}" | tr \'[:lower:]\' \'[:upper:]\'\nelse\n  greet "${1:-world}" "${2:-en}"\nfi\n',
        },
      },
    },
  },
  {
    repo: "harbor",
    by: "emil",
    title: "The integration test watches the tide for six seconds",
    body: "That is five more than needed.\n\n/kind flake",
    labels: ["kind/flake", "priority/backlog"],
  },
  {
    repo: "harbor",
    by: "dana",
    title: "Register the Evergreen",
    body: "She arrives tomorrow and needs pier 6.\n\nTouches `data/`, so `pull-harbor-data` runs as well.",
    labels: ["area/data"],
    pull: {
      branch: "evergreen",
      files: {
        "data/ships.csv": ships([
          "Aurora,NO,2,112",
          "Bluebell,GB,3,86",
          "Carina,IT,4,140",
          "Dove,GB,5,64",
          "Evergreen,PA,6,120",
        ]),
      },
    },
  },
  {
    repo: "harbor",
    by: "emil",
    title: "Count piers from zero",
    body: "Conflicts with what `main` says by now: GitHub calls it not mergeable, and no job starts.",
    labels: ["needs-rebase"],
    pull: {
      branch: "from-zero",
      files: {
        "docs/piers.md": "# Piers\n\nPiers are numbered from zero, from the lighthouse inwards. Pier 0 is for tugs.\n",
      },
    },
  },
  {
    repo: "harbor",
    by: "nova",
    title: "Two ships at one pier",
    body: "My first contribution! I hope that this is how it is done.",
    labels: ["needs-ok-to-test", "area/data"],
    pull: {
      branch: "patch-1",
      fork: true,
      files: { "data/ships.csv": ships(["Aurora,NO,2,112", "Bluebell,GB,3,86", "Carina,IT,4,140", "Dove,GB,4,64"]) },
    },
  },
  {
    repo: "harbor",
    by: "chidi",
    title: "[release-1.0] Explain how to list ships",
    body: "A backport: only the jobs that know `release-1.0` run.",
    labels: ["kind/documentation"],
    pull: {
      branch: "backport-docs",
      base: "release-1.0",
      files: {
        "docs/listing.md":
          "# Listing\n\n`bin/harbor.sh list` prints the name of each ship, in the order of the table.\n",
      },
    },
  },
  {
    repo: "secret-harbor",
    by: "ben",
    title: "Add the signal for fog",
    body: "Not for strangers.",
    labels: [],
    pull: {
      branch: "fog",
      files: { "signals.txt": "red over white: keep out\ngreen over white: come in\nwhite over white: fog, wait\n" },
    },
  },
  {
    repo: "config",
    by: "ben",
    title: "Let the documentation job of hello always run",
    body: "Merging this brings the new configuration into force.",
    labels: ["area/config"],
    pull: { branch: "docs-always", files: {} },
  },
];
