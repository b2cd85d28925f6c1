// What the pictures share: a drawing surface as wide as its place, text that wraps, and a title for those who cannot see.
import { h, s, uid } from "../dom";

const AVERAGE = 0.54;

/** Breaks a text into lines that fit, by the measured or estimated width. */
export function wrap(text: string, width: number, size: number): string[] {
  const room = Math.max(8, Math.floor(width / (size * AVERAGE)));
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

export interface Line {
  x: number;
  y: number;
  size: number;
  width: number;
  kind?: string;
  anchor?: "start" | "middle" | "end";
}

/** Wrapped text; gives the element and the height it takes. */
export function lines(text: string, { x, y, size, width, kind, anchor }: Line): { element: SVGElement; height: number } {
  const step = Math.round(size * 1.35);
  const rows = wrap(text, width, size);
  const element = s(
    "text",
    { x, y, "font-size": size, class: kind ?? "", "text-anchor": anchor ?? "start" },
    ...rows.map((row, index) => s("tspan", { x, dy: index ? step : 0 }, row)),
  );
  return { element, height: rows.length * step };
}

/** A drawing that is drawn anew when its place changes its width. `say` is the whole picture in words. */
export function surface(kind: string, title: string, say: string, draw: (width: number) => { parts: SVGElement[]; height: number }): HTMLElement {
  const titleId = uid("title");
  const sayId = uid("desc");
  const svg = s("svg", { role: "img", "aria-labelledby": `${titleId} ${sayId}`, class: kind });
  const place = h("div", { class: "surface" }, svg);
  let drawn = 0;
  const redraw = (width: number): void => {
    if (!width || Math.abs(width - drawn) < 2) return;
    drawn = width;
    const { parts, height } = draw(width);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", String(height));
    svg.replaceChildren(s("title", { id: titleId }, title), s("desc", { id: sayId }, say), ...parts);
  };
  new ResizeObserver(([entry]) => redraw(Math.floor(entry?.contentRect.width ?? 0))).observe(place);
  return place;
}
