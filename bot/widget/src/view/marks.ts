// Citation and row marks: the buttons behind a sentence that open the sources drawer.
import type { Answer, Statement, Verdict } from "../contract";
import { h, type Child } from "../dom";
import type { Context } from "./context";

const SIGNS: Record<Verdict, string> = { agrees: "✓", partly_agrees: "◐", differs: "≠", not_found: "?" };

export const verdictSign = (verdict: Verdict): string => SIGNS[verdict];

/** One citation number as a button. */
export function citationMark(context: Context, answer: Answer, number: number, statement: string): HTMLElement {
  const { words } = context;
  const status = answer.citations.find((citation) => citation.number === number)?.status ?? "unresolved";
  return h(
    "button",
    {
      type: "button",
      class: "mark citation",
      "data-status": status,
      "aria-label": words.citation(number, words.status[status]),
      click: () => context.openSources(answer, statement, number),
    },
    `[${number}]`,
  );
}

/** The mark of a row: how it stands against other sources, or where it comes from. */
export function rowMark(context: Context, answer: Answer, statement: Statement): HTMLElement {
  const { words } = context;
  const verdict = statement.check?.verdict;
  const what =
    statement.support === "computed"
      ? words.computed
      : statement.support === "beyond_article"
        ? words.beyond
        : verdict
          ? words.verdict[verdict]
          : words.uncited;
  return h(
    "button",
    {
      type: "button",
      class: "mark row",
      "data-verdict": verdict ?? "",
      "data-support": statement.support,
      "aria-label": words.rowMark(what),
      click: () => context.openSources(answer, statement.id),
    },
    verdict ? h("span", { "aria-hidden": "true" }, verdictSign(verdict)) : null,
    verdict ? " " : null,
    what,
  );
}

/** All marks of a statement, kept together so that they wrap as one. */
export function marks(context: Context, answer: Answer, statement: Statement): HTMLElement {
  return h(
    "span",
    { class: "marks" },
    ...statement.citations.map((number) => citationMark(context, answer, number, statement.id)),
    rowMark(context, answer, statement),
  );
}

/** A statement with its marks. */
export function statementItem(context: Context, answer: Answer, statement: Statement, isNew: boolean): HTMLElement {
  return h(
    "li",
    { class: "statement", "data-row": statement.id, "data-support": statement.support },
    isNew ? h("span", { class: "flag" }, context.words.changes.added) : null,
    h("span", { class: "text" }, statement.text),
    " ",
    marks(context, answer, statement),
  );
}

/** A run of marks, "[1][2]", with the stop behind it (but not the point of a figure). */
const RUN = /\s?((?:\[\d{1,2}\])+)([.,;:](?!\d))?/g;

/** Text in which "[2]" becomes a button, where 2 is a citation of the answer and a row carries it. */
export function withCitations(context: Context, answer: Answer, text: string): Child[] {
  const plain = unmarked(text);
  const rowOf = (number: number): Statement | undefined => {
    const rows = answer.statements.filter((row) => row.citations.includes(number));
    return rows.find((row) => plain.includes(row.text)) ?? rows[0];
  };
  const parts: Child[] = [];
  let end = 0;
  for (const found of text.matchAll(RUN)) {
    const numbers = [...(found[1] ?? "").matchAll(/\d+/g)].map(Number);
    const buttons = numbers.flatMap((number) => {
      const row = rowOf(number);
      return row ? [citationMark(context, answer, number, row.id)] : [];
    });
    if (buttons.length !== numbers.length) continue;
    // A stop goes before the marks, so that it never stands alone on the next line.
    parts.push(text.slice(end, found.index), found[2] ?? "", "\u00a0", h("span", { class: "marks" }, ...buttons));
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Text without its citation marks: how a statement stands in the table. */
export const unmarked = (text: string): string => text.replace(/ ?\[\d{1,2}\]/g, "");
