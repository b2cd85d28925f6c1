// The case beside the chat: every understood fact as a chip that can be changed or taken away.
import type { Answer, Case, Change, Fact, Slot } from "../contract";
import { h, uid } from "../dom";
import { icon } from "./icons";
import { chips, without, type Chip } from "../facts";
import type { Context } from "./context";
import { mapOf } from "./pictures";

export interface CaseActions {
  edit(changes: Change[]): void;
  undo(): void;
  newPatient(): void;
}

export class CasePanel {
  readonly element: HTMLElement;
  private readonly list = h("ul", { class: "chips" });
  private readonly lead = h("p", { class: "hint" });
  private readonly editor = h("div", { class: "editor" });
  private readonly map = h("div", { class: "side-map" });
  private readonly add: HTMLButtonElement;
  private readonly undoButton: HTMLButtonElement;
  private held: Case = {};
  private busy = false;

  constructor(
    private readonly context: Context,
    private readonly actions: CaseActions,
  ) {
    const { words } = context;
    const button = (label: string, action: () => void): HTMLButtonElement =>
      h("button", { type: "button", class: "quiet", click: action }, label);
    this.add = button(words.case.add, () => this.choose());
    this.undoButton = button(words.case.undo, () => this.act(() => actions.undo()));
    const title = uid("case");
    this.element = h(
      "aside",
      { class: "case", "aria-labelledby": title },
      h("h2", { id: title, tabindex: "-1" }, words.case.title),
      this.lead,
      this.list,
      this.editor,
      h("div", { class: "case-tools" }, this.add, this.undoButton, button(words.case.newPatient, () => this.act(() => actions.newPatient()))),
      this.map,
    );
  }

  /** How many facts are shown. */
  get count(): number {
    return this.list.childElementCount;
  }

  /** While an answer is awaited, nothing can be changed; the controls keep the focus. */
  wait(on: boolean): void {
    this.busy = on;
    this.element.setAttribute("aria-busy", String(on));
  }

  private act(action: () => void): void {
    if (!this.busy) action();
  }

  /** Draws the case anew; the focus stays with a control of the panel if it was in it. */
  show(held: Case, answer: Answer | null, undoable: boolean): void {
    const { words } = this.context;
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const inside = root.activeElement !== null && this.element.contains(root.activeElement) && root.activeElement !== this.undoButton;
    this.held = held;
    const all = chips(held, this.context.vocabulary(), words);
    this.lead.textContent = all.length ? words.case.hint : words.case.empty;
    this.list.replaceChildren(...all.map((chip) => this.chip(chip)));
    this.editor.replaceChildren();
    this.undoButton.setAttribute("aria-disabled", String(!undoable));
    const map = answer ? mapOf(this.context, answer) : null;
    this.map.replaceChildren(...(map ? [h("h3", {}, words.pictures.map), map] : []));
    if (inside && !this.element.contains(root.activeElement)) this.add.focus();
  }

  private chip(chip: Chip): HTMLElement {
    const { words } = this.context;
    const { slot, text } = chip;
    return h(
      "li",
      { class: "chip", "data-slot": slot.id },
      h(
        "button",
        { type: "button", class: "chip-value", "aria-label": words.case.change(slot.title, text), click: () => this.edit(slot) },
        h("span", { class: "slot" }, slot.title),
        " ",
        h("span", { class: "value" }, text),
      ),
      h(
        "button",
        { type: "button", class: "chip-remove", "aria-label": words.case.remove(slot.title, text), click: () => this.act(() => this.actions.edit([without(this.held, chip)])) },
        icon("close"),
      ),
    );
  }

  private choose(): void {
    const { words } = this.context;
    const id = uid("slot");
    const slots = this.context.vocabulary().slots.filter((slot) => slot.id !== "audience");
    const select = h(
      "select",
      { id, change: () => this.edit(slots.find((slot) => slot.id === select.value) as Slot) },
      h("option", { value: "" }, "–"),
      ...slots.map((slot) => h("option", { value: slot.id }, slot.title)),
    );
    this.editor.replaceChildren(h("div", { class: "edit" }, h("label", { for: id }, words.case.addWhat), select, this.cancel()));
    select.focus();
  }

  private cancel(): HTMLElement {
    const close = (): void => {
      this.editor.replaceChildren();
      this.add.focus();
    };
    this.editor.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
    return h("button", { type: "button", class: "quiet", click: close }, this.context.words.case.cancel);
  }

  private edit(slot: Slot): void {
    if (!slot) return;
    const { words } = this.context;
    const legend = h("legend", { tabindex: "-1" }, slot.title);
    const apply = (value: Fact): void => this.act(() => this.actions.edit([{ slot: slot.id, value }]));
    const values = slot.kind === "bool" ? [{ id: "true", title: words.case.yes }, { id: "false", title: words.case.no }] : (slot.values ?? []);
    const name = uid("value");
    const now = this.held[slot.id];
    const isOn = (id: string): boolean => (Array.isArray(now) ? now.includes(id) : String(now) === id);
    const many = slot.kind === "list";
    const input = h("input", { type: "number", id: name, step: "any", min: 0, value: typeof now === "number" ? now : null, inputmode: "decimal" });
    const choices = values.map(({ id, title }) =>
      h("label", { class: "choice" }, h("input", { type: many ? "checkbox" : "radio", name, value: id, checked: isOn(id) }), ` ${title}`),
    );
    const form = h(
      "form",
      {
        class: "edit",
        submit: (event) => {
          event.preventDefault();
          const on = [...form.querySelectorAll<HTMLInputElement>("input:checked")].map((box) => box.value);
          if (slot.kind === "number") return apply(input.value === "" ? null : Number(input.value));
          if (many) return apply(on);
          if (slot.kind === "bool") return apply(on[0] === undefined ? null : on[0] === "true");
          return apply(on[0] ?? null);
        },
      },
      h("fieldset", {}, legend, ...(slot.kind === "number" ? [h("label", { for: name }, slot.unit ?? slot.title), input] : choices)),
      h("button", { type: "submit", class: "reply" }, words.case.apply),
      this.cancel(),
    );
    this.editor.replaceChildren(form);
    (form.querySelector<HTMLElement>("input:checked") ?? form.querySelector<HTMLElement>("input"))?.focus();
  }
}
