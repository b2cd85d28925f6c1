// Typed numbers of the table in words, as the table prints them, and times in days.
import type { Figure } from "../contract";

const plain = (value: number): string => String(value);

/** The figures without their unit: "1-3". */
export function range(figure: Figure): string {
  const [low, high] = bounds(figure);
  return low === high ? plain(low) : `${plain(low)}${low < 0 ? " to " : "–"}${plain(high)}`;
}

/** Lowest and highest value. */
export const bounds = (figure: Figure): [number, number] =>
  figure.value !== undefined && figure.value !== null
    ? [figure.value, figure.value]
    : [figure.low ?? 0, figure.high ?? 0];

/** "375 mg/m2", "2 weeks", "1 month". */
export function amount(figure: Figure): string {
  const unit = range(figure) === "1" && /^(day|week|month|year|hour|dose)s$/.test(figure.unit) ? figure.unit.slice(0, -1) : figure.unit;
  const shown = unit.replace("m2", "m²").replace("mcg", "µg");
  return unit === "ratio" ? range(figure) : `${range(figure)}${shown === "%" ? "" : " "}${shown}${figure.per ? `/${figure.per}` : ""}`;
}

const DAYS: Record<string, number> = { days: 1, weeks: 7, months: 30.4375, years: 365.25 };

/** A span of time in days: [shortest, longest]. */
export function days(figure: Figure): [number, number] {
  const factor = DAYS[figure.unit] ?? 1;
  const [low, high] = bounds(figure);
  return [low * factor, high * factor];
}
