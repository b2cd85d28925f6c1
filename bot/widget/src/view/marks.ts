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

const MARK = /\[(\d{1,2})\]/g;

/** Text in which "[2]" becomes a button, where 2 is a citation of the answer and a row carries it. */
export function withCitations(context: Context, answer: Answer, text: string): Child[] {
  const parts: Child[] = [];
  let end = 0;
  for (const found of text.matchAll(MARK)) {
    const number = Number(found[1]);
    const row = answer.statements.find((statement) => statement.citations.includes(number) && text.includes(bare(statement.text)));
    const any = row ?? answer.statements.find((statement) => statement.citations.includes(number));
    if (!any) continue;
    // A full stop goes before the mark, so that it never stands alone on the next line.
    const after = found.index + found[0].length;
    const stop = /^[.,;:](?!\d)/.exec(text.slice(after))?.[0] ?? "";
    parts.push(text.slice(end, found.index).trimEnd(), stop, "\u00a0", citationMark(context, answer, number, any.id));
    end = after + stop.length;
  }
  parts.push(text.slice(end));
  return parts;
}

const bare = (text: string): string => text.replace(/[.:]$/, "");

/** Text without its citation marks: how a statement stands in the table. */
export const unmarked = (text: string): string => text.replace(/ ?\[\d{1,2}\]/g, "");
