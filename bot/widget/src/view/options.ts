// The options of an answer: what is offered as cards, what is held back, what is ruled out and why not.
import type { Answer, Option, Stance, Statement } from "../contract";
import { alike, optionName, type Changes } from "../changes";
import { h, uid } from "../dom";
import type { Context } from "./context";
import { citationMark, marks, statementItem } from "./marks";

const OFFERED: Stance[] = ["preferred", "consider", "adjunct"];
const HELD: Stance[] = ["reserve", "disputed"];
const OUT: Stance[] = ["avoid", "contraindicated"];

export const isOut = (option: Option): boolean => OUT.includes(option.stance);
export const isOffered = (option: Option): boolean => OFFERED.includes(option.stance);

/** Signs beside the words of a stance, so that colour is never alone. */
export const STANCE_SIGNS: Record<Stance, string> = {
  preferred: "●",
  consider: "○",
  adjunct: "+",
  reserve: "◌",
  disputed: "≠",
  avoid: "✕",
  contraindicated: "✕",
};

/** The rows that carry an option, in their order. */
export const becauseOf = (answer: Answer, option: Option): Statement[] =>
  option.because.flatMap((id) => answer.statements.filter((statement) => statement.id === id));

function stanceTag(context: Context, option: Option): HTMLElement {
  return h(
    "span",
    { class: "stance", "data-stance": option.stance },
    h("span", { "aria-hidden": "true", class: "sign" }, STANCE_SIGNS[option.stance]),
    " ",
    context.words.stance[option.stance],
  );
}

function changedTag(context: Context, option: Option, changes: Changes | null): HTMLElement | null {
  if (!changes?.options.has(option.option)) return null;
  const was = changes.options.get(option.option);
  const { words } = context;
  return h("span", { class: "flag" }, was ? words.changes.was(words.stance[was]) : words.changes.added);
}

function citations(context: Context, answer: Answer, option: Option): HTMLElement | null {
  const rows = becauseOf(answer, option);
  const seen = new Set<number>();
  const buttons: HTMLElement[] = [];
  for (const row of rows)
    for (const number of row.citations) {
      if (seen.has(number)) continue;
      seen.add(number);
      buttons.push(citationMark(context, answer, number, row.id));
    }
  return buttons.length ? h("span", { class: "marks" }, ...buttons) : null;
}

/** A button that shows the reason below itself. */
function reasonToggle(context: Context, answer: Answer, group: [Option, ...Option[]], changes: Changes | null, caution: HTMLElement | null, lead: Statement[]): HTMLElement[] {
  const [option] = group;
  const rows = becauseOf(answer, option).filter((row) => !lead.includes(row));
  const { words } = context;
  const out = isOut(option);
  if (!rows.length && !(out && option.reason)) return [];
  const id = uid("why");
  const body = h(
    "div",
    { id, class: "why", hidden: true },
    out && option.reason ? h("p", { class: "reason-full" }, sentence(option.reason)) : null,
    caution,
    h("ul", {}, ...rows.map((row) => statementItem(context, answer, row, Boolean(changes?.statements.has(row.id))))),
  );
  const name = group.map(optionName).join(", ");
  const button = h(
    "button",
    {
      type: "button",
      class: "quiet toggle",
      "aria-expanded": "false",
      "aria-controls": id,
      "aria-label": out ? words.whyNotOf(name) : words.whyOf(name),
      click: () => {
        body.hidden = !body.hidden;
        button.setAttribute("aria-expanded", String(!body.hidden));
      },
    },
    out ? words.whyNot : words.whyThis,
  );
  return [button, body];
}

const sentence = (text: string): string => {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
};

/** One option, or several that are ruled out alike. `lead`: rows of the first view that describe it, shown on the card. */
function item(context: Context, answer: Answer, group: [Option, ...Option[]], changes: Changes | null, lead: Statement[]): HTMLElement {
  const [option] = group;
  const { words } = context;
  const out = isOut(option);
  const caution = option.caution ? h("p", { class: "caution" }, h("strong", {}, words.caution), ` ${option.caution}`) : null;
  const [button, body] = reasonToggle(context, answer, group, changes, isOffered(option) ? null : caution, lead);
  return h(
    "li",
    {
      class: out ? "option out" : isOffered(option) ? "option card" : "option held",
      "data-stance": option.stance,
      "data-changed": group.some((one) => changes?.options.has(one.option)),
    },
    h(
      "div",
      { class: "option-head" },
      h(
        "span",
        { class: "option-title" },
        ...group.map((one) => h("span", { class: "name", "data-option": one.option }, out ? h("s", {}, optionName(one)) : optionName(one))),
        stanceTag(context, option),
        lead.length ? null : citations(context, answer, option),
        changedTag(context, option, changes),
      ),
      button,
    ),
    ...lead.map((row) => h("p", { class: "lead", "data-row": row.id }, row.text, " ", marks(context, answer, row))),
    option.reason ? h("p", { class: "reason" }, sentence(option.reason)) : null,
    isOffered(option) ? caution : null,
    body,
  );
}

/** Rows of the first view that an offered option's card can carry instead of the list above the options. */
export function leadsOf(answer: Answer, first: Statement[]): Map<string, Statement[]> {
  const taken = new Set<string>();
  return new Map(
    answer.options.filter(isOffered).map((option) => {
      const rows = first.filter((row) => option.because.includes(row.id) && !taken.has(row.id));
      for (const row of rows) taken.add(row.id);
      return [option.option, rows];
    }),
  );
}

/** The groups that have options: offered, held back, ruled out. */
export function optionGroups(context: Context, answer: Answer, changes: Changes | null, leads: Map<string, Statement[]>): Record<string, HTMLElement> {
  const { words } = context;
  const groups: [string, string, Stance[]][] = [
    ["offered", words.options, OFFERED],
    ["held", words.heldBack, HELD],
    ["out", words.ruledOut, OUT],
  ];
  const made: Record<string, HTMLElement> = {};
  for (const [kind, title, stances] of groups) {
    const members = answer.options.filter((option) => stances.includes(option.stance));
    if (!members.length) continue;
    made[kind] = h(
      "section",
      { class: `options ${kind}` },
      h("h4", {}, title),
      h("ul", {}, ...alike(members).map((group) => item(context, answer, group as [Option, ...Option[]], changes, leads.get(group[0]!.option) ?? []))),
    );
  }
  return made;
}
