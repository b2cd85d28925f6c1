// What the pictures share: a drawing surface as wide as its place, text that wraps, and a title for those who cannot see.
import { h, s, uid } from "../dom";

const ruler = document.createElement("canvas").getContext("2d");

/** Breaks a text into lines that fit, measured in the font of the drawing. */
function wrap(text: string, width: number, font: string): string[] {
  if (ruler) ruler.font = font;
  const fits = (line: string): boolean => (ruler ? ruler.measureText(line).width <= width : line.length * 8 <= width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && !fits(`${line} ${word}`)) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

let family = "sans-serif";

export interface Line {
  x: number;
  y: number;
  size: number;
  width: number;
  kind?: string;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
}

/** Wrapped text; gives the element and the height it takes. */
export function lines(text: string, { x, y, size, width, kind, anchor, bold }: Line): { element: SVGElement; height: number } {
  const step = Math.round(size * 1.35);
  const rows = wrap(text, width, `${bold ? 600 : 400} ${size}px ${family}`);
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
    family = getComputedStyle(place).fontFamily;
    const { parts, height } = draw(width);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", String(height));
    svg.replaceChildren(s("title", { id: titleId }, title), s("desc", { id: sayId }, say), ...parts);
  };
  new ResizeObserver(([entry]) => redraw(Math.floor(entry?.contentRect.width ?? 0))).observe(place);
  return place;
}
