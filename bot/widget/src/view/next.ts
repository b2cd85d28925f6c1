// What can be done next: the one question with its choices, and suggestions.
import type { Answer } from "../contract";
import { h, uid } from "../dom";
import type { Context } from "./context";

/** A button that sends a message once; it stays where it is so that the focus does too. */
function quickReply(context: Context, label: string, message: string, group: () => HTMLElement): HTMLElement {
  const button = h(
    "button",
    {
      type: "button",
      class: "reply",
      click: () => {
        if (button.getAttribute("aria-disabled") === "true") return;
        for (const other of group().querySelectorAll("button.reply")) other.setAttribute("aria-disabled", "true");
        button.setAttribute("data-chosen", "");
        context.say(message, button);
      },
    },
    label,
  );
  return button;
}

/** Question and suggestions of the newest answer, or null where it has none. */
export function next(context: Context, answer: Answer): HTMLElement | null {
  const { words } = context;
  const { ask, follow_ups: suggestions } = answer;
  if (!ask && !suggestions.length) return null;
  const area = h("div", { class: "next" });
  const group = (): HTMLElement => area;
  if (ask) {
    const id = uid("ask");
    area.append(
      h(
        "div",
        { class: "ask", role: "group", "aria-labelledby": id },
        h("p", { id, class: "question" }, ask.question),
        h("div", { class: "replies" }, ...ask.choices.map((choice) => quickReply(context, choice, choice, group))),
        h("p", { class: "hint" }, words.answerWith),
      ),
    );
  }
  if (suggestions.length) {
    const id = uid("suggestions");
    area.append(
      h(
        "div",
        { class: "suggestions", role: "group", "aria-labelledby": id },
        h("p", { id, class: "label" }, words.suggestions),
        h("div", { class: "replies" }, ...suggestions.map(({ title, message }) => quickReply(context, title, message, group))),
      ),
    );
  }
  return area;
}
