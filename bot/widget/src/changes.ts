// What differs between two answers to the same question, so that a correction shows what it did.
import type { Answer, Stance } from "./contract";

export interface Changes {
  headline: boolean;
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
    headline: before.headline !== now.headline,
    options,
    gone: before.options
      .filter((option) => !is.has(option.option))
      .map((option) => ({ option: option.option, label: optionName(option) })),
    statements: new Set(now.statements.filter((statement) => !rows.has(statement.id)).map((statement) => statement.id)),
  };
}

/** An option's name for people. */
export const optionName = (option: { option: string; label?: string }): string => {
  const name = option.label || option.option.replaceAll("_", " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
};
