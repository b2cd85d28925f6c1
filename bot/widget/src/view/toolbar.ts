// Under an answer: copy, print, download, and what people thought of it.
import { h } from "../dom";
import { icon } from "./icons";
import { asJson, asMarkdown, copy, download } from "../take/away";
import { printDocument } from "../take/paper";
import type { Shown } from "./answer";
import type { Context } from "./context";

function feedback(context: Context, turn: string): HTMLElement {
  const { words } = context;
  const send = async (rating: "up" | "down", comment: string): Promise<void> => {
    try {
      await context.feedback(turn, rating, comment);
      area.replaceChildren(h("span", { class: "thanks", tabindex: "-1" }, words.feedback.thanks));
      context.announce(words.feedback.thanks);
    } catch {
      context.announce(words.feedback.failed);
    }
  };
  const thumb = (rating: "up" | "down", label: string): HTMLElement =>
    h("button", { type: "button", class: "quiet thumb", "aria-label": label, title: label, click: () => choose(rating) }, icon(rating));
  const line = h("input", { type: "text", maxlength: 500, class: "line", "aria-label": words.feedback.what, placeholder: words.feedback.what });
  const form = h(
    "form",
    {
      class: "feedback-line",
      hidden: true,
      submit: (event) => {
        event.preventDefault();
        void send("down", line.value.trim());
      },
    },
    line,
    h("button", { type: "submit", class: "reply" }, words.feedback.send),
  );
  const choose = (rating: "up" | "down"): void => {
    if (rating === "up") return void send("up", "");
    form.hidden = false;
    line.focus();
  };
  const area = h("div", { class: "feedback" }, thumb("up", words.feedback.up), thumb("down", words.feedback.down), form);
  return area;
}

/** The row of small buttons that stands below every answer. */
export function toolbar(context: Context, shown: Shown): HTMLElement {
  const { words } = context;
  const tool = (label: string, action: () => void): HTMLElement =>
    h("button", { type: "button", class: "quiet", click: action }, label);
  const copyAnswer = async (): Promise<void> => {
    try {
      await copy(await asMarkdown(context, [shown]));
      context.announce(words.tools.copied);
    } catch {
      context.announce(words.tools.copyFailed);
    }
  };
  return h(
    "div",
    { class: "tools" },
    tool(words.tools.copy, () => void copyAnswer()),
    tool(words.tools.print, () => void printDocument(context, [shown])),
    tool(words.tools.markdown, () => void asMarkdown(context, [shown]).then((text) => download("answer.md", "text/markdown", text))),
    tool(words.tools.json, () => download("answer.json", "application/json", asJson([shown]))),
    shown.turn ? feedback(context, shown.turn) : null,
  );
}
