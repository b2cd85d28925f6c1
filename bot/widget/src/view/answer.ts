// One Answer as a card: what must not wait, the headline, rows, options, gaps, assumptions, pictures, the next step.
import type { Answer, Statement } from "../contract";
import type { Changes } from "../changes";
import { h, uid } from "../dom";
import type { Strings } from "../strings";
import type { Context } from "./context";
import { changeSummary, splitHeadline } from "./changed";
import { marks, statementItem, unmarked, withCitations } from "./marks";
import { leadsOf, optionGroups } from "./options";
import { question, suggestions } from "./next";
import { pictures } from "./pictures";
import { toolbar } from "./toolbar";

/** Kinds of answer whose rows describe the options, so that the cards may carry them. */
const ABOUT_OPTIONS = new Set(["options", "side_effect", "pregnancy", "ild", "failure"]);

/** An answer as it stands in the conversation. */
export interface Shown {
  answer: Answer;
  /** The server's id of the turn, for feedback. */
  turn: string | null;
  question: string;
  at: Date;
  changes: Changes | null;
}

/** The rows of the first view (those that the plain text holds), and the rest. */
function split(answer: Answer): { head: Statement[]; first: Statement[]; rest: Statement[] } {
  const text = unmarked(answer.text);
  const headline = unmarked(answer.headline);
  const inOptions = new Set(answer.options.flatMap((option) => option.because));
  const head = answer.statements.filter((row) => headline.includes(row.text));
  const others = answer.statements.filter((row) => !head.includes(row));
  const first = others.filter((row) => text.includes(row.text));
  const rest = others.filter((row) => !first.includes(row) && !inOptions.has(row.id));
  return { head, first, rest };
}

/** What must not wait, or null. */
export function escalationBanner(words: Strings, answer: Answer): HTMLElement | null {
  if (!answer.escalation) return null;
  const { level, text } = answer.escalation;
  return h(
    "div",
    { class: "escalation", "data-level": level },
    h("strong", {}, words.escalation[level]),
    h("p", {}, text),
  );
}

function calculation(context: Context, answer: Answer, row: Statement): HTMLElement {
  const [, formula = row.text, rest = ""] = /^(.*?\.)\s+(\D.*)$/s.exec(row.text) ?? [];
  return h(
    "section",
    { class: "calculation", "data-row": row.id },
    h("h4", {}, context.words.calculation),
    h("p", { class: "formula" }, formula.replace(" x ", " × ")),
    h("p", {}, rest, " ", marks(context, answer, row)),
  );
}

function noted(title: string, kind: string, lines: string[]): HTMLElement | null {
  if (!lines.length) return null;
  return h("section", { class: `noted ${kind}` }, h("h4", {}, title), h("ul", {}, ...lines.map((line) => h("li", {}, line))));
}

/** The card. `live`: the newest answer, whose question and suggestions may be used. */
export function answerCard(context: Context, shown: Shown, live: boolean): HTMLElement {
  const { answer, changes } = shown;
  const { words } = context;
  const { head, first, rest } = split(answer);
  const [changed, headline] = splitHeadline(answer, changes);
  const title = uid("answer");
  const isNew = (row: Statement): boolean => Boolean(changes?.statements.has(row.id));
  const list = (rows: Statement[]): HTMLElement =>
    h("ul", { class: "statements" }, ...rows.map((row) => statementItem(context, answer, row, isNew(row))));
  const calculated = first.filter((row) => row.support === "computed");
  const leads = ABOUT_OPTIONS.has(answer.kind) ? leadsOf(answer, first) : new Map<string, Statement[]>();
  const onCards = new Set([...leads.values()].flat());
  const said = first.filter((row) => row.support !== "computed" && !onCards.has(row));
  const groups = optionGroups(context, answer, changes, leads);
  const repeats = answer.escalation !== null && answer.headline === answer.escalation.text;
  return h(
    "article",
    { class: "answer", "data-kind": answer.kind, "aria-labelledby": title },
    escalationBanner(words, answer),
    changes ? changeSummary(context, changed, changes) : null,
    h(
      "h3",
      { id: title, class: repeats ? "headline hidden" : "headline" },
      ...(repeats ? [headline] : withCitations(context, answer, headline)),
      ...(repeats ? [] : head).flatMap((row) => [" ", marks(context, answer, { ...row, citations: [] })]),
    ),
    ...calculated.map((row) => calculation(context, answer, row)),
    said.length ? list(said) : null,
    pictures(context, answer),
    groups["offered"],
    live ? question(context, answer) : null,
    groups["held"],
    groups["out"],
    noted(words.unknown, "unknown", answer.unknown),
    noted(words.assumed, "assumed", answer.assumptions),
    rest.length ? h("details", { class: "more" }, h("summary", {}, words.more(rest.length)), list(rest)) : null,
    h("p", { class: "notice" }, answer.notice, " ", words.dated(answer.review.article_updated, answer.review.table_version)),
    toolbar(context, shown),
    live ? suggestions(context, answer) : null,
  );
}
