// What can be done next: the one question with its choices, and suggestions.
import type { Answer } from "../contract";
import { h, uid } from "../dom";
import type { Context } from "./context";

/** A button that sends a message once; it stays where it is so that the focus does too. */
function quickReply(context: Context, label: string, message: string): HTMLElement {
  const button = h(
    "button",
    {
      type: "button",
      class: "reply",
      click: () => {
        if (button.getAttribute("aria-disabled") === "true") return;
        if (context.say(message)) button.setAttribute("data-chosen", "");
      },
    },
    label,
  );
  return button;
}

/** The question whose answer would change the reply most. */
export function question(context: Context, answer: Answer): HTMLElement | null {
  const { ask } = answer;
  if (!ask) return null;
  const id = uid("ask");
  return h(
    "div",
    { class: "next ask", role: "group", "aria-labelledby": id },
    h("p", { id, class: "question" }, ask.question),
    h("div", { class: "replies" }, ...ask.choices.map((choice) => quickReply(context, choice, choice))),
    h("p", { class: "hint" }, context.words.answerWith),
  );
}

/** What could be asked next. */
export function suggestions(context: Context, answer: Answer): HTMLElement | null {
  if (!answer.follow_ups.length) return null;
  const id = uid("suggestions");
  return h(
    "div",
    { class: "next suggestions", role: "group", "aria-labelledby": id },
    h("p", { id, class: "label" }, context.words.suggestions),
    h("div", { class: "replies" }, ...answer.follow_ups.map(({ title, message }) => quickReply(context, title, message))),
  );
}
