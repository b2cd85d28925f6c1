// The options of an answer: what is offered as cards, what is held back, what is ruled out and why not.
import type { Answer, Option, Stance, Statement } from "../contract";
import { optionName, type Changes } from "../changes";
import { h, uid } from "../dom";
import type { Context } from "./context";
import { citationMark, statementItem } from "./marks";

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
function reasonToggle(context: Context, answer: Answer, option: Option, changes: Changes | null): HTMLElement[] {
  const rows = becauseOf(answer, option);
  const { words } = context;
  const out = isOut(option);
  if (!rows.length && !(out && option.reason)) return [];
  const id = uid("why");
  const body = h(
    "div",
    { id, class: "why", hidden: true },
    out && option.reason ? h("p", { class: "reason-full" }, sentence(option.reason)) : null,
    h("ul", {}, ...rows.map((row) => statementItem(context, answer, row, Boolean(changes?.statements.has(row.id))))),
  );
  const name = optionName(option);
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

function item(context: Context, answer: Answer, option: Option, changes: Changes | null): HTMLElement {
  const { words } = context;
  const out = isOut(option);
  const [button, body] = reasonToggle(context, answer, option, changes);
  return h(
    "li",
    {
      class: out ? "option out" : isOffered(option) ? "option card" : "option held",
      "data-option": option.option,
      "data-stance": option.stance,
      "data-changed": Boolean(changes?.options.has(option.option)),
    },
    h(
      "div",
      { class: "option-head" },
      h("span", { class: "name" }, out ? h("s", {}, optionName(option)) : optionName(option)),
      citations(context, answer, option),
      stanceTag(context, option),
      changedTag(context, option, changes),
      button,
    ),
    option.reason ? h("p", { class: "reason" }, sentence(option.reason)) : null,
    option.caution ? h("p", { class: "caution" }, h("strong", {}, words.caution), ` ${option.caution}`) : null,
    body,
  );
}

/** The three groups; empty ones are left out. */
export function optionGroups(context: Context, answer: Answer, changes: Changes | null): HTMLElement[] {
  const { words } = context;
  const groups: [string, string, Stance[]][] = [
    ["offered", words.options, OFFERED],
    ["held", words.heldBack, HELD],
    ["out", words.ruledOut, OUT],
  ];
  return groups.flatMap(([kind, title, stances]) => {
    const members = answer.options.filter((option) => stances.includes(option.stance));
    if (!members.length) return [];
    return [
      h(
        "section",
        { class: `options ${kind}` },
        h("h4", {}, title),
        h("ul", {}, ...members.map((option) => item(context, answer, option, changes))),
      ),
    ];
  });
}
