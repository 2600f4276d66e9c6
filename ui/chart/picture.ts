/** A chart as a PNG: what is on the screen, with its title and the names of its lines. */

export interface PictureLine {
  readonly name: string;
  readonly color: string;
}

const EDGE = 16;
const LINE = 20;

export async function picture(
  canvas: HTMLCanvasElement,
  title: string,
  lines: readonly PictureLine[],
): Promise<Blob | null> {
  const ratio = devicePixelRatio;
  const look = getComputedStyle(document.documentElement);
  const width = canvas.width / ratio + 2 * EDGE;
  const height = canvas.height / ratio + 2 * EDGE + 2 * LINE;
  const paper = document.createElement("canvas");
  [paper.width, paper.height] = [width * ratio, height * ratio];
  const pen = paper.getContext("2d");
  if (!pen) return null;
  pen.scale(ratio, ratio);
  pen.fillStyle = look.getPropertyValue("--deck");
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = look.getPropertyValue("--ink");
  pen.font = `600 15px ${look.getPropertyValue("--font")}`;
  pen.fillText(title, EDGE, EDGE + 12);
  pen.drawImage(canvas, EDGE, EDGE + LINE, canvas.width / ratio, canvas.height / ratio);
  pen.font = `12px ${look.getPropertyValue("--font")}`;
  let left = EDGE;
  for (const { name, color } of lines) {
    const long = pen.measureText(name).width + 32;
    if (left + long > width) break;
    pen.fillStyle = color;
    pen.fillRect(left, height - EDGE - 10, 10, 10);
    pen.fillStyle = look.getPropertyValue("--ink-soft");
    pen.fillText(name, left + 16, height - EDGE);
    left += long;
  }
  return await new Promise((resolve) => paper.toBlob(resolve, "image/png"));
}

/** Gives a blob to the reader as a file. */
export function handOver(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
