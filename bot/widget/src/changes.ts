// What differs between two answers to the same question, so that a correction shows what it did.
import type { Answer, Option, Stance } from "./contract";
import { capital } from "./facts";

export interface Changes {
  /** Former stance by option; null for an option that was not there. */
  options: Map<string, Stance | null>;
  gone: { option: string; label: string }[];
  statements: Set<string>;
}

/** What is new in `now`. Statements count by row and text: the same row may read differently for another reader. */
export function changesIn(before: Answer, now: Answer): Changes {
  const was = new Map(before.options.map((option) => [option.option, option]));
  const is = new Set(now.options.map((option) => option.option));
  const rows = new Set(before.statements.map((statement) => statement.id));
  const options = new Map<string, Stance | null>();
  for (const { option, stance } of now.options) {
    const former = was.get(option)?.stance ?? null;
    if (former !== stance) options.set(option, former);
  }
  return {
    options,
    gone: before.options
      .filter((option) => !is.has(option.option))
      .map((option) => ({ option: option.option, label: optionName(option) })),
    statements: new Set(now.statements.filter((statement) => !rows.has(statement.id)).map((statement) => statement.id)),
  };
}

/** Options that are ruled out alike, for the same reason, by the same rows, belong together; others stand alone. */
export function alike(options: Option[]): Option[][] {
  const groups = new Map<string, Option[]>();
  for (const option of options) {
    const out = option.stance === "avoid" || option.stance === "contraindicated";
    const key = out ? JSON.stringify([option.stance, option.reason, option.because]) : option.option;
    groups.set(key, [...(groups.get(key) ?? []), option]);
  }
  return [...groups.values()];
}

/** An option's name for people. */
export const optionName = (option: { option: string; label?: string }): string => capital(option.label || option.option.replaceAll("_", " "));
