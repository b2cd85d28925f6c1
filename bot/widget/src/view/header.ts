// The bar at the top: whose words, the case on narrow screens, and a menu for the rest.
import type { Register } from "../contract";
import { h, uid } from "../dom";
import { icon } from "./icons";
import type { Strings } from "../strings";

export type Theme = "auto" | "light" | "dark";

export interface HeaderActions {
  audience(register: Register): void;
  theme(theme: Theme): void;
  toggleCase(): void;
  print(): void;
  markdown(): void;
  json(): void;
  forget(): void;
  close: (() => void) | null;
}

export class Header {
  readonly element: HTMLElement;
  private readonly audience = new Map<Register, HTMLButtonElement>();
  private readonly caseButton: HTMLButtonElement;
  private readonly menu: HTMLDetailsElement;

  constructor(
    private readonly words: Strings,
    actions: HeaderActions,
    theme: Theme,
    casePanel: string,
  ) {
    const { tools } = words;
    for (const register of ["patient", "clinician"] as const) {
      this.audience.set(
        register,
        h("button", { type: "button", "aria-pressed": "false", click: () => actions.audience(register) }, tools[register]),
      );
    }
    this.caseButton = h(
      "button",
      { type: "button", class: "quiet case-button", "aria-expanded": "false", "aria-controls": casePanel, click: () => actions.toggleCase() },
      words.case.button(0),
    );
    const item = (label: string, action: () => void): HTMLElement =>
      h("button", { type: "button", class: "quiet", click: () => { this.closeMenu(true); action(); } }, label);
    const name = uid("theme");
    const looks = h(
      "fieldset",
      { class: "themes" },
      h("legend", {}, tools.theme),
      ...(["auto", "light", "dark"] as const).map((choice) =>
        h("label", { class: "choice" }, h("input", { type: "radio", name, value: choice, checked: choice === theme, change: () => actions.theme(choice) }), ` ${tools[choice]}`),
      ),
    );
    this.menu = h(
      "details",
      {
        class: "menu",
        keydown: (event) => {
          if ((event as KeyboardEvent).key !== "Escape" || !this.menu.open) return;
          event.stopPropagation();
          this.closeMenu(true);
        },
        focusout: (event) => {
          const to = (event as FocusEvent).relatedTarget as Node | null;
          if (to && !this.menu.contains(to)) this.closeMenu(false);
        },
      },
      h("summary", {}, tools.menu),
      h(
        "div",
        { class: "menu-body" },
        looks,
        item(tools.printAll, actions.print),
        item(`${tools.downloadAll} (${tools.markdown})`, actions.markdown),
        item(`${tools.downloadAll} (${tools.json})`, actions.json),
        item(tools.forget, actions.forget),
      ),
    );
    this.element = h(
      "div",
      { class: "bar" },
      h("div", { class: "titles" }, h("h1", {}, words.title), h("p", {}, words.subtitle)),
      h(
        "div",
        { class: "bar-tools" },
        h("div", { class: "switch", role: "group", "aria-label": tools.audience }, ...this.audience.values()),
        this.caseButton,
        this.menu,
        actions.close ? h("button", { type: "button", class: "icon", "aria-label": words.close, click: actions.close }, icon("close")) : null,
      ),
    );
  }

  private closeMenu(focus: boolean): void {
    this.menu.open = false;
    if (focus) this.menu.querySelector("summary")?.focus();
  }

  /** Shows whose words are used; null while nobody has said. */
  register(register: string | null): void {
    for (const [name, button] of this.audience) button.setAttribute("aria-pressed", String(name === register));
  }

  facts(count: number): void {
    this.caseButton.textContent = this.words.case.button(count);
  }

  caseOpen(open: boolean): void {
    this.caseButton.setAttribute("aria-expanded", String(open));
  }
}
