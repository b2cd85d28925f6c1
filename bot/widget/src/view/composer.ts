// Where the user writes. Enter sends, Shift+Enter makes a new line; the field keeps the focus.
import { h, uid } from "../dom";
import type { Strings } from "../strings";

const LIMIT = 4000;

export class Composer {
  readonly element: HTMLFormElement;
  private readonly field: HTMLTextAreaElement;

  constructor(words: Strings, send: (text: string) => boolean, touched: () => void) {
    const id = uid("message");
    const hint = uid("hint");
    const submit = (): void => {
      const text = this.field.value.trim();
      if (text && send(text)) {
        this.field.value = "";
        this.grow();
      }
    };
    this.field = h("textarea", {
      id,
      rows: 1,
      maxlength: LIMIT,
      autocomplete: "off",
      enterkeyhint: "send",
      placeholder: words.placeholder,
      "aria-describedby": hint,
      focus: touched,
      input: () => this.grow(),
      keydown: (event) => {
        const key = event as KeyboardEvent;
        if (key.key !== "Enter" || key.shiftKey || key.isComposing) return;
        event.preventDefault();
        submit();
      },
    });
    this.element = h(
      "form",
      {
        class: "composer",
        submit: (event) => {
          event.preventDefault();
          submit();
          this.field.focus();
        },
      },
      h("label", { for: id, class: "hidden" }, words.message),
      h("div", { class: "field" }, this.field, h("button", { type: "submit", class: "send" }, words.send)),
      h("p", { id: hint, class: "hint" }, `${words.noNames} `, h("span", { class: "wide-only" }, words.sendHint)),
    );
  }

  focus(): void {
    this.field.focus();
  }

  private grow(): void {
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight + 2, 160)}px`);
  }
}
