/** How well text stands out from its ground, by the colours that the browser computed (WCAG 2.2, 1.4.3). */
import type { Page } from "playwright-core";

/** Words that stand out less than 4.5 to 1, each with its ratio. Empty: all can be read. */
export const faint = (page: Page): Promise<string[]> => page.evaluate(findFaint);

/** Runs in the page, so it stands alone. */
function findFaint(): string[] {
  type Colour = readonly [red: number, green: number, blue: number, alpha: number];
  const parse = (text: string): Colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return [red * scale, green * scale, blue * scale, alpha];
  };
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (at: 0 | 1 | 2): number => top[at] * top[3] + below[at] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const groundOf = (element: Element | null): Colour => {
    if (element === null) return [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, groundOf(element.parentElement));
  };
  const light = (colour: Colour): number => {
    const [red = 0, green = 0, blue = 0] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const found = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const words = node.textContent?.trim() ?? "";
    const element = node.parentElement;
    if (words === "" || element === null || !element.checkVisibility({ visibilityProperty: true })) continue;
    const ground = groundOf(element);
    const pair = [light(over(parse(getComputedStyle(element).color), ground)), light(ground)];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) found.add(`${words.slice(0, 40)} (${ratio.toFixed(2)})`);
  }
  return [...found];
}
