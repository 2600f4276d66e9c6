/** Whom no measure of people counts (spec velodrome 8.5, 1.12 rule 5). */

/** `*` stands for anything. Compared in lower case. */
const PATTERNS: readonly string[] = [
  "k8s-*",
  "*-bot",
  "*-robot",
  "bot-*",
  "robot-*",
  "*[bot]*",
  "*-jenkins",
  "*-ci*bot",
  "*-testing",
  "codecov-*",
  "coveralls",
  "dependabot*",
  "googlebot",
  "k8sbot",
  "prowbot",
  "renovate*",
  "thelinuxfoundation",
];

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
const BOTS = new RegExp(`^(?:${PATTERNS.map((pattern) => pattern.split("*").map(literal).join(".*")).join("|")})$`);

/** Accounts that were deleted (empty) are nobody, and no bots. */
export function isBot(login: string): boolean {
  return BOTS.test(login.toLowerCase());
}
