/**
 * The log in the browser: a window of chunks over a log of any size. What is in the window is plain elements (skipped
 * by the browser while out of view); what lies above and below is fetched as the reader comes near.
 */
import { h, render } from "preact";
import { size } from "../parts/time.tsx";
import { LogChunk } from "./chunk.tsx";
import { linesBeginningIn, SHOWN_BYTES } from "./lines.ts";
import type { Line } from "./lines.ts";
import { BLOCK_BYTES, blockBeforeLine, firstLineOfBlock } from "./log-index.ts";
import type { LogIndex } from "./log-index.ts";
import { fetchRange } from "./source.ts";
import { GrowingTail } from "./tail.ts";

/** Chunks beyond this leave at the far end: about 3 MB of text stay. */
const MAX_CHUNKS = 48;
/** About the height of a line, for chunks that were never in view. */
const LINE_PX = 20;

interface Chunk {
  readonly element: HTMLElement;
  /** Its lines begin in [from, to). */
  readonly from: number;
  to: number;
  /** Null for what the server rendered: its bytes are fetched only if it must be drawn anew. */
  lines: readonly Line[] | null;
  count: number;
  firstLine: number | null;
}

export interface LogElements {
  readonly lines: HTMLElement;
  readonly earlier: HTMLElement;
  readonly later: HTMLElement;
}

export class LogViewer {
  readonly #id: string;
  readonly #elements: LogElements;
  readonly #tail = new GrowingTail();
  #chunks: Chunk[] = [];
  #index: LogIndex | null = null;
  #size: number;
  #growing: boolean;
  #busy = false;
  #marked = { first: 1, last: 0 };
  /** Whether the reader stays at the end: then old chunks may leave above. */
  following = false;

  /** Takes over what the server rendered: the lines that begin in [from, to) of a log of `size` bytes. */
  constructor(
    id: string,
    elements: LogElements,
    log: { from: number; to: number; firstLine: number | null; size: number; complete: boolean },
  ) {
    this.#id = id;
    this.#elements = elements;
    this.#size = log.complete ? log.size : log.to;
    this.#growing = !log.complete;
    const element = elements.lines.querySelector<HTMLElement>(".log-chunk") ?? elements.lines.appendChild(newElement());
    const { from, to, firstLine } = log;
    this.#chunks = [{ element, from, to, lines: null, count: element.children.length, firstLine }];
    this.#showEdges();
  }

  get size(): number {
    return this.#size;
  }

  get atEnd(): boolean {
    return (this.#chunks.at(-1)?.to ?? 0) >= this.#size;
  }

  /** Line numbers are known from here on. */
  async setIndex(index: LogIndex): Promise<void> {
    this.#index = index;
    const first = this.#chunks[0];
    if (!first || first.firstLine !== null || first.from % BLOCK_BYTES !== 0) return;
    first.lines ??= await this.#read(first.from, first.to);
    first.count = first.lines.length;
    const begins = first.from === 0 || first.lines[0]?.offset === first.from;
    let number = firstLineOfBlock(index, first.from / BLOCK_BYTES, begins);
    for (const chunk of this.#chunks) {
      chunk.firstLine = number;
      number += chunk.count;
      this.#draw(chunk);
    }
  }

  /** The element of a line, after fetching its surroundings when it is outside the window. Null: no such line. */
  async reveal(line: number): Promise<HTMLElement | null> {
    const index = this.#index;
    if (find(line) === null && index !== null) {
      await this.#exclusively(() => this.#open(blockBeforeLine(index, line), 2));
    }
    return find(line);
  }

  /** Marks lines; those outside the window are marked when they come. */
  mark(first: number, last: number): void {
    this.#marked = { first, last };
    this.#drawMarks();
  }

  /** The text of those lines that are in the window, without terminal codes. */
  textOf(first: number, last: number): string {
    const parts: string[] = [];
    for (const line of this.#inWindow(first, last)) {
      const text = find(line)?.querySelector(".t")?.textContent;
      if (text !== null && text !== undefined) parts.push(text.replace(/\n$/, ""));
    }
    return parts.join("\n");
  }

  /** Bytes that follow what there is. While the window is elsewhere, only the size grows. */
  append(bytes: Uint8Array, offset: number): void {
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const piece = bytes.subarray(at, at + BLOCK_BYTES);
      const grows = this.atEnd && (this.following || this.#chunks.length < MAX_CHUNKS);
      this.#size = Math.max(this.#size, offset + at + piece.length);
      if (grows) this.#grow(piece, offset + at);
    }
    this.#showEdges();
    this.#drawMarks();
  }

  /** A new attempt: everything is forgotten. */
  restart(offset: number): void {
    for (const chunk of this.#chunks.splice(0)) this.#drop(chunk);
    this.#size = offset;
    this.#index = null;
    this.#tail.resume(new Uint8Array());
    this.#showEdges();
  }

  end(): void {
    this.#growing = false;
    this.#showEdges();
  }

  /** Fetches what lies above the window, and keeps the view where it is. */
  async loadEarlier(): Promise<void> {
    const first = this.#chunks[0];
    if (!first || first.from === 0) return;
    await this.#exclusively(async () => {
      const from = Math.max(0, (Math.ceil(first.from / BLOCK_BYTES) - 1) * BLOCK_BYTES);
      const lines = await this.#read(from, first.from);
      const firstLine = first.firstLine === null ? null : first.firstLine - lines.length;
      const chunk = chunkOf(from, first.from, lines, firstLine);
      this.#draw(chunk);
      keepingInPlace(first.element, () => first.element.before(chunk.element));
      this.#chunks.unshift(chunk);
      if (this.#chunks.length > MAX_CHUNKS) this.#drop(this.#chunks.pop());
    });
  }

  /** Fetches what lies below the window. */
  async loadLater(): Promise<void> {
    const last = this.#chunks.at(-1);
    if (!last || this.atEnd) return;
    await this.#exclusively(async () => {
      this.#dropLastLine(last);
      const to = Math.min(this.#size, (Math.floor(last.to / BLOCK_BYTES) + 1) * BLOCK_BYTES);
      const lines = await this.#read(last.to, to);
      const firstLine = last.firstLine === null ? null : last.firstLine + last.count;
      const chunk = chunkOf(last.to, to, lines, firstLine);
      this.#draw(chunk);
      last.element.after(chunk.element);
      this.#chunks.push(chunk);
      if (this.#chunks.length > MAX_CHUNKS) keepingInPlace(last.element, () => this.#drop(this.#chunks.shift()));
      if (this.atEnd) await this.#resumeTail();
    });
  }

  /** Puts the window on the end of the log, wherever it was. */
  async openEnd(): Promise<void> {
    if (this.atEnd) return;
    await this.#exclusively(async () => {
      await this.#open(Math.max(0, Math.floor(this.#size / BLOCK_BYTES) - 1), 3);
      await this.#resumeTail();
    });
  }

  /** The last line may have been unfinished when the window stopped growing: it is read anew. */
  #dropLastLine(chunk: Chunk): void {
    const line = chunk.lines?.at(-1);
    if (!chunk.lines || !line) return;
    chunk.lines = chunk.lines.slice(0, -1);
    chunk.count = chunk.lines.length;
    chunk.to = line.offset;
    this.#draw(chunk);
  }

  #grow(bytes: Uint8Array, offset: number): void {
    const { from, lines } = this.#tail.push(bytes, offset);
    let last = this.#chunks.at(-1);
    if (last?.lines) {
      last.lines = last.lines.filter((line) => line.offset < from);
      last.count = last.lines.length;
    }
    if (!last?.lines || from - last.from > BLOCK_BYTES) {
      if (last) last.to = Math.max(last.to, from);
      if (last?.lines) this.#draw(last);
      const firstLine = last ? (last.firstLine === null ? null : last.firstLine + last.count) : 1;
      last = chunkOf(from, from, [], firstLine);
      this.#elements.lines.append(last.element);
      this.#chunks.push(last);
      if (this.#chunks.length > MAX_CHUNKS) this.#drop(this.#chunks.shift());
    }
    last.lines = [...(last.lines ?? []), ...lines];
    last.count = last.lines.length;
    last.to = offset + bytes.length;
    this.#draw(last);
  }

  /** Puts the window on some blocks. */
  async #open(block: number, count: number): Promise<void> {
    const opened: Chunk[] = [];
    let number: number | null = null;
    for (let at = block; at < block + count && at * BLOCK_BYTES < this.#size; at += 1) {
      const from = at * BLOCK_BYTES;
      const to = Math.min(this.#size, from + BLOCK_BYTES);
      const lines = await this.#read(from, to);
      if (number === null && this.#index !== null) {
        number = firstLineOfBlock(this.#index, at, from === 0 || lines[0]?.offset === from);
      }
      opened.push(chunkOf(from, to, lines, number));
      if (number !== null) number += lines.length;
    }
    for (const chunk of this.#chunks.splice(0)) this.#drop(chunk);
    for (const chunk of opened) {
      this.#draw(chunk);
      this.#elements.lines.append(chunk.element);
    }
    this.#chunks = opened;
  }

  /** The window came to the end: what comes next continues its last line. */
  async #resumeTail(): Promise<void> {
    const last = this.#chunks.at(-1);
    if (!last || !this.#growing || last.to === 0) return;
    const line = last.lines?.at(-1);
    const begins = line?.offset ?? last.to;
    const short = line !== undefined && last.to - begins <= SHOWN_BYTES;
    const bytes = await fetchRange(this.#id, short ? begins : last.to - 1, last.to);
    if (bytes.at(-1) === 10) this.#tail.resume(new Uint8Array());
    else this.#tail.resume(short ? bytes : "skip");
  }

  async #read(from: number, to: number): Promise<readonly Line[]> {
    const base = Math.max(0, from - 1);
    const end = Math.min(this.#size, to + SHOWN_BYTES);
    const bytes = await fetchRange(this.#id, base, end);
    return linesBeginningIn(bytes, base, from, to, end === this.#size);
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await work();
    } finally {
      this.#busy = false;
      this.#showEdges();
      this.#drawMarks();
    }
  }

  #draw(chunk: Chunk): void {
    render(h(LogChunk, { lines: chunk.lines ?? [], firstLine: chunk.firstLine }), chunk.element);
    chunk.element.style.containIntrinsicSize = `auto ${chunk.count * LINE_PX}px`;
  }

  #drop(chunk: Chunk | undefined): void {
    if (!chunk) return;
    render(null, chunk.element);
    chunk.element.remove();
  }

  *#inWindow(first: number, last: number): Generator<number> {
    const start = this.#chunks[0]?.firstLine ?? null;
    if (start === null) return;
    const end = start + this.#chunks.reduce((sum, chunk) => sum + chunk.count, 0) - 1;
    for (let line = Math.max(first, start); line <= Math.min(last, end); line += 1) yield line;
  }

  #drawMarks(): void {
    for (const element of this.#elements.lines.querySelectorAll(".marked")) element.classList.remove("marked");
    for (const line of this.#inWindow(this.#marked.first, this.#marked.last)) find(line)?.classList.add("marked");
  }

  #showEdges(): void {
    const { earlier, later } = this.#elements;
    const above = this.#chunks[0]?.from ?? 0;
    const below = this.#size - (this.#chunks.at(-1)?.to ?? 0);
    earlier.hidden = above === 0;
    earlier.textContent = `Show more of the ${size(above)} above`;
    later.hidden = below <= 0 && !this.#growing;
    later.textContent = below > 0 ? `${size(below)} of log below` : "Waiting for more";
    later.classList.toggle("waiting", below <= 0);
  }
}

const find = (line: number): HTMLElement | null => document.getElementById(`L${line}`);

function newElement(): HTMLElement {
  const element = document.createElement("div");
  element.className = "log-chunk";
  return element;
}

const chunkOf = (from: number, to: number, lines: readonly Line[], firstLine: number | null): Chunk => ({
  element: newElement(),
  from,
  to,
  lines,
  count: lines.length,
  firstLine,
});

/** Runs a change above an element and scrolls so that the element stays where it is. */
function keepingInPlace(element: HTMLElement, change: () => void): void {
  const before = element.getBoundingClientRect().top;
  change();
  window.scrollBy(0, element.getBoundingClientRect().top - before);
}
