// A forest plot from a row's typed numbers: the estimate, its interval, the line of no difference, and the limits in words.
import type { Register, Row, Vocabulary } from "../contract";
import { h, s } from "../dom";
import type { Strings } from "../strings";
import { bounds, range } from "./figures";
import { lines, surface } from "./surface";

/** Which rows compare two drugs in figures, and which of their numbers are which. `low`: the drug that small values favour. */
const PLOTS: Record<string, { measure: string; estimate: string; interval: string; level?: string; log: boolean; low?: string; high?: string }> = {
  C14: { measure: "hr", estimate: "hr", interval: "ci", level: "level", log: true, low: "rituximab", high: "cyclophosphamide" },
  C13: { measure: "fvc", estimate: "diff", interval: "ci", log: false },
  "D-rituximab-recital": { measure: "fvc", estimate: "diff", interval: "ci", log: false },
};

export const hasForest = (id: string): boolean => id in PLOTS;

/** The plot of one row, or null where its numbers are not there. */
export function forest(row: Row, register: Register, vocabulary: Vocabulary, words: Strings): HTMLElement | null {
  const plot = PLOTS[row.id];
  const estimate = plot && row.numbers?.[plot.estimate];
  const interval = plot && row.numbers?.[plot.interval];
  if (!plot || !estimate || !interval) return null;
  const [value] = bounds(estimate);
  const [low, high] = bounds(interval);
  const level = plot.level && row.numbers?.[plot.level] ? words.pictures.level(range(row.numbers[plot.level]!)) : words.pictures.interval;
  const unit = estimate.unit === "ratio" ? "" : ` ${estimate.unit}`;
  const measure = words.pictures.measures[plot.measure] ?? "";
  const figures = `${measure} ${range(estimate)}${unit} (${level} ${range(interval)}${unit})`;
  const favours = (drug: string | undefined): string => (drug ? words.pictures.favours(vocabulary.drugs[drug] ?? drug) : "");
  const neutral = plot.log ? 1 : 0;
  const scale = plot.log ? Math.log : (x: number): number => x;
  const reach = Math.max(Math.abs(scale(low) - scale(neutral)), Math.abs(scale(high) - scale(neutral))) * 1.15;
  const say = `${figures}. ${plot.low ? `${neutral}: ${words.pictures.noDifference}; <${neutral} ${favours(plot.low)}.` : ""}`;
  const picture = surface("forest", measure, say, (width) => {
    const left = 12;
    const span = width - 2 * left;
    const x = (v: number): number => left + (span * (scale(v) - scale(neutral) + reach)) / (2 * reach);
    const axis = 58;
    const size = 8;
    const ticks = (plot.log ? [0.1, 0.25, 0.5, 1, 2, 4, 10] : [-200, -100, 0, 100, 200]).filter(
      (tick) => x(tick) >= left - 1 && x(tick) <= width - left + 1,
    );
    const parts = [
      s("line", { x1: x(neutral), x2: x(neutral), y1: 8, y2: axis, class: "neutral" }),
      s("line", { x1: x(low), x2: x(high), y1: 28, y2: 28, class: "interval" }),
      s("path", { d: `M${x(low)} 22 v12 M${x(high)} 22 v12`, class: "interval" }),
      s("rect", { x: x(value) - size, y: 28 - size, width: 2 * size, height: 2 * size, class: "estimate" }),
      s("line", { x1: left, x2: width - left, y1: axis, y2: axis, class: "axis" }),
      ...ticks.flatMap((tick) => [
        s("line", { x1: x(tick), x2: x(tick), y1: axis, y2: axis + 5, class: "axis" }),
        s("text", { x: x(tick), y: axis + 18, "font-size": 11, "text-anchor": "middle", class: "tick" }, String(tick)),
      ]),
    ];
    let height = axis + 26;
    const half = x(neutral) - left - 8;
    const sides = [
      plot.low ? lines(`← ${favours(plot.low)}`, { x: x(neutral) - 8, y: height + 12, size: 12, width: half, anchor: "end", kind: "side" }) : null,
      plot.high ? lines(`${favours(plot.high)} →`, { x: x(neutral) + 8, y: height + 12, size: 12, width: half, kind: "side" }) : null,
    ];
    if (sides.some(Boolean)) {
      height += 6 + Math.max(...sides.map((side) => side?.height ?? 0));
      for (const side of sides) if (side) parts.push(side.element);
    }
    return { parts, height: height + 4 };
  });
  const limits = row.check?.note[register];
  return h(
    "figure",
    { class: "picture", "data-picture": "forest", "data-row": row.id },
    h("figcaption", { class: "figures" }, figures),
    picture,
    limits ? h("p", { class: "limits" }, h("strong", {}, words.pictures.limits), ` ${limits}`) : null,
  );
}
