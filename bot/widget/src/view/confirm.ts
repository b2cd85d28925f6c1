// A question before something that cannot be undone.
import { h, uid } from "../dom";

/** A dialogue with two answers; the safe one has the focus. */
export function confirmDialog(question: string, yes: string, no: string, act: () => void): HTMLDialogElement {
  const id = uid("confirm");
  const dialog = h(
    "dialog",
    { class: "confirm", "aria-labelledby": id },
    h("p", { id }, question),
    h(
      "div",
      { class: "replies" },
      h("button", { type: "button", class: "reply", autofocus: true, click: () => dialog.close() }, no),
      h("button", { type: "button", class: "reply danger", click: () => { dialog.close(); act(); } }, yes),
    ),
  );
  return dialog;
}
