/** The promise of ui/design/tokens.css: text holds 4.5:1 against every ground it stands on, in both schemes (WCAG 2.2, AA). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../../ui/design/tokens.css", import.meta.url), "utf8");
const [lightText = "", darkText = ""] = css.split("@media (prefers-color-scheme: dark)");

const tokensOf = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));

const light = tokensOf(lightText);
const dark = new Map([...light, ...tokensOf(darkText)]);

/** Relative luminance, as WCAG defines it. */
function luminance(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const ansi = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"].map((name) => `ansi-${name}`);
const states = ["success", "failure", "error", "pending", "waiting", "aborted"];
const pairs: readonly (readonly [ink: string, ground: string])[] = [
  ...["water", "deck", "deck-raised", "sea-wash", "failure-wash", "mark"].map((ground) => ["ink", ground] as const),
  ...["water", "deck", "deck-raised", "failure-wash"].map((ground) => ["ink-soft", ground] as const),
  ...["water", "deck", "deck-raised"].map((ground) => ["sea", ground] as const),
  ...["water", "deck", "sea-wash"].map((ground) => ["sea-strong", ground] as const),
  ["on-sea", "sea"],
  ["on-sea", "sea-strong"],
  ["hull-ink", "hull"],
  ["hull-soft", "hull"],
  ["foam", "hull"],
  ...states.flatMap((state) => [
    [state, "deck"] as const,
    [state, "water"] as const,
    [state, `${state}-wash`] as const,
  ]),
  ...ansi.flatMap((colour) => [
    [colour, "deck"] as const,
    [colour, "failure-wash"] as const,
    [colour, "mark"] as const,
  ]),
];

describe.each([
  ["light", light],
  ["dark", dark],
])("%s", (_, tokens) => {
  it.each(pairs)("%s on %s", (ink, ground) => {
    expect(contrast(tokens.get(ink) ?? "", tokens.get(ground) ?? "")).toBeGreaterThanOrEqual(4.5);
  });
});
