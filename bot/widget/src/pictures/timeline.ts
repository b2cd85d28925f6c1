// Schedules on a line of time, from a row's typed numbers: checks and infusions over weeks and months, doses over a day.
import type { Figure, Row } from "../contract";
import { h, s } from "../dom";
import type { Strings } from "../strings";
import { amount, bounds, days } from "./figures";
import schedules from "./schedules.json";
import { lines, surface } from "./surface";

interface Phase {
  every: string;
  for?: string;
  times?: string;
}

interface LanePlan {
  lane: string;
  amount?: string;
  at?: string[];
  phases?: Phase[];
  again?: string;
}

/** A mark on the line: from-to in days (equal for a point); `late` where the row leaves it open. */
interface Mark {
  from: number;
  to: number;
  late: boolean;
}

interface Lane {
  title: string;
  words: string;
  marks: Mark[];
  open: boolean;
}

const PLANS = schedules.rows as Record<string, LanePlan[]>;
const OPEN_STEPS = 3;
const MOST_MARKS = 60;

/** A number of the row by its name, or a word of the row written as "1 weeks". */
function figure(row: Row, name: string): Figure | null {
  const word = /^(\d+) (\w+)$/.exec(name);
  if (word) return { unit: word[2] ?? "", value: Number(word[1]) };
  return row.numbers?.[name] ?? null;
}

function lane(row: Row, plan: LanePlan, words: Strings): Lane | null {
  const marks: Mark[] = [];
  const said: string[] = [];
  let open = false;
  let now = 0;
  const points = (plan.at ?? []).map((name) => figure(row, name));
  if (points.some((point) => !point)) return null;
  if (points.length) {
    said.push(words.pictures.at(points.map((point) => pointText(point!, words)).join(", ")));
    for (const point of points) {
      const [from, to] = days(point!);
      marks.push({ from, to, late: false });
      now = Math.max(now, to);
    }
  }
  for (const [index, phase] of (plan.phases ?? []).entries()) {
    const every = figure(row, phase.every);
    const span = phase.for ? figure(row, phase.for) : null;
    const times = phase.times ? figure(row, phase.times) : null;
    if (!every || (phase.for && !span) || (phase.times && !times)) return null;
    const [low, high] = days(every);
    if (!low) return null;
    const start = now;
    if (index === 0 && !points.length) marks.push({ from: 0, to: 0, late: false });
    if (times) {
      const count = bounds(times)[1];
      for (let k = 1; k < count; k++) marks.push({ from: k * low, to: k * high, late: false });
      now = (count - 1) * high;
      said.push(`${words.pictures.every(step(every))} × ${count}`);
    } else if (span) {
      const [least, most] = days(span);
      for (let t = start + low; t <= start + most + 1e-6 && marks.length < MOST_MARKS; t += low) {
        marks.push({ from: t, to: t, late: t > start + least + 1e-6 });
      }
      now = start + most;
      said.push(words.pictures.everyFor(step(every), amount(span)));
    } else {
      open = true;
      const steps = low === high ? OPEN_STEPS : 1;
      for (let k = 1; k <= steps; k++) marks.push({ from: start + k * low, to: start + k * high, late: false });
      now = start + steps * high;
      said.push(`${words.pictures.every(step(every))} ${words.pictures.onwards}`);
    }
  }
  const again = plan.again ? figure(row, plan.again) : null;
  if (again) {
    const [after] = days(again);
    for (const mark of [...marks]) marks.push({ from: mark.from + after, to: mark.to + after, late: true });
    said.push(words.pictures.repeated(amount(again)));
  }
  const dose = plan.amount ? figure(row, plan.amount) : null;
  const text = `${dose ? `${amount(dose)} ` : ""}${said.join(words.pictures.then)}`;
  return { title: words.pictures.lanes[plan.lane] ?? plan.lane, words: text, marks, open };
}

/** "week", "2 weeks", "3–6 months": a step after "every". */
const step = (every: Figure): string => (bounds(every)[0] === 1 && bounds(every)[1] === 1 ? every.unit.replace(/s$/, "") : amount(every));

const pointText = (point: Figure, words: Strings): string =>
  bounds(point)[1] === 0 ? (point.unit === "days" ? "day 0" : words.pictures.start) : point.unit === "days" ? `day ${bounds(point)[0]}` : amount(point);

/** Doses over one day, for every number of the row that says how often. */
function dayLanes(row: Row, words: Strings): Lane[] {
  return Object.values(row.numbers ?? {}).flatMap((number) => {
    const count = number.times_a_day;
    if (!count || count < 2) return [];
    const marks = Array.from({ length: count }, (_, k) => ({ from: (k * 24) / count, to: (k * 24) / count, late: false }));
    return [{ title: "", words: (number.per === "day" ? words.pictures.divided : words.pictures.perDay)(count, amount(number)), marks, open: false }];
  });
}

/** Whether a row has a schedule to draw once its numbers are there. */
export const mayHaveTimeline = (id: string): boolean => id in PLANS;

/** The picture of one row, or null where its numbers give none. */
export function timeline(row: Row, name: string | null, words: Strings): HTMLElement | null {
  const planned = (PLANS[row.id] ?? []).map((plan) => lane(row, plan, words)).filter((found): found is Lane => found !== null);
  const daily = planned.length ? [] : dayLanes(row, words);
  const drawn = planned.length ? planned : daily;
  if (!drawn.length) return null;
  const extent = planned.length ? Math.max(...planned.flatMap((one) => one.marks.map((mark) => mark.to)), 7) * 1.06 : 24;
  const say = drawn.map((one) => `${one.title ? `${one.title}: ` : ""}${one.words}.`).join(" ");
  const picture = surface("timeline", name ? words.pictures.timelineOf(name) : words.pictures.timeline, say, (width) => draw(drawn, extent, planned.length > 0, width));
  return h(
    "figure",
    { class: "picture", "data-picture": "timeline", "data-row": row.id },
    name ? h("figcaption", {}, name) : null,
    picture,
    planned.length ? null : h("p", { class: "limits" }, words.pictures.dayHours),
  );
}

function ticks(extent: number, planned: boolean, room: number): { at: number; text: string }[] {
  if (!planned) return [0, 6, 12, 18, 24].map((hour) => ({ at: hour, text: `${hour} h` }));
  const months = extent > 100;
  const unit = months ? 30.4375 : 7;
  const count = Math.floor(extent / unit);
  const each = [1, 2, 3, 4, 6, 12, 24].find((n) => count / n <= room / 46) ?? 24;
  return Array.from({ length: Math.floor(count / each) + 1 }, (_, k) => ({ at: k * each * unit, text: `${k * each} ${months ? "mo" : "wk"}` }));
}

function draw(lanes: Lane[], extent: number, planned: boolean, width: number): { parts: SVGElement[]; height: number } {
  const left = 10;
  const span = width - 2 * left - 14;
  const x = (at: number): number => left + (span * at) / extent;
  const parts: SVGElement[] = [];
  let y = 4;
  for (const one of lanes) {
    const label = lines(one.title ? `${one.title}: ${one.words}` : one.words, { x: left, y: y + 13, size: 13, width: width - 2 * left, kind: "name" });
    y += label.height + 16;
    parts.push(label.element, s("line", { x1: left, x2: width - left, y1: y, y2: y, class: "axis" }));
    for (const mark of one.marks) {
      if (mark.to - mark.from > extent / 60) {
        parts.push(s("rect", { x: x(mark.from), y: y - 6, width: x(mark.to) - x(mark.from), height: 12, rx: 6, class: mark.late ? "band late" : "band" }));
      } else parts.push(s("circle", { cx: x(mark.from), cy: y, r: 4, class: mark.late ? "dot late" : "dot" }));
    }
    if (one.open) parts.push(s("path", { d: `M${width - left - 7} ${y - 5} l7 5 l-7 5`, class: "arrow" }));
    y += 16;
  }
  for (const { at, text } of ticks(extent, planned, span)) {
    const anchor = at === 0 ? "start" : "middle";
    parts.push(s("text", { x: at === 0 ? left - 4 : x(at), y: y + 10, "font-size": 11, "text-anchor": anchor, class: "tick" }, text));
  }
  return { parts, height: y + 18 };
}
