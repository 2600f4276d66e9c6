/** Finds commands on the help page as one types. */
import { hydrate } from "preact";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CommandFilter } from "../parts/command-filter.tsx";

/** Shows the plugins and commands whose text has all words; answers how many commands are left. */
function showMatching(text: string): number {
  const words = text.toLowerCase().split(/\s+/);
  let left = 0;
  for (const plugin of document.querySelectorAll<HTMLElement>("[data-plugin]")) {
    const commands = [...plugin.querySelectorAll<HTMLElement>("[data-command]")];
    const title = plugin.querySelector(".plugin-head")?.textContent?.toLowerCase() ?? "";
    const whole = words.every((word) => title.includes(word));
    for (const command of commands) {
      const own = command.textContent?.toLowerCase() ?? "";
      command.hidden = !whole && !words.every((word) => own.includes(word));
    }
    const shown = commands.filter((command) => !command.hidden).length;
    plugin.hidden = !whole && shown === 0;
    left += shown;
  }
  return left;
}

function LiveFilter(): JSX.Element {
  const [text, setText] = useState("");
  const [left, setLeft] = useState<number | null>(null);
  const [alive, setAlive] = useState(false);
  useEffect(() => setAlive(true), []);
  useEffect(() => {
    const matching = showMatching(text.trim());
    setLeft(text.trim() === "" ? null : matching);
  }, [text]);
  return <CommandFilter text={text} left={left} onInput={alive ? setText : null} />;
}

export function start(element: HTMLElement): void {
  hydrate(<LiveFilter />, element);
}
