// <mycophenolate-assistant>: the whole widget in a shadow root, so that no page and no widget style the other.
import type { Answer, Case, Register, Vocabulary } from "./contract";
import { Chat, type Screen } from "./chat";
import { h, uid } from "./dom";
import { Server, type Link } from "./server";
import { stringsFor, type Strings } from "./strings";
import { sheets } from "./styles";
import { asJson, asMarkdown, download } from "./take/away";
import { printDocument } from "./take/paper";
import { escalationBanner, type Shown } from "./view/answer";
import { CasePanel } from "./view/case_panel";
import { Composer } from "./view/composer";
import { confirmDialog } from "./view/confirm";
import type { Context } from "./view/context";
import { Drawer } from "./view/drawer";
import { Header, type Theme } from "./view/header";
import { Log } from "./view/log";

export const NAME = "mycophenolate-assistant";
const THEME = "mycophenolate-assistant.theme";
const NO_WORDS: Vocabulary = { slots: [], drugs: {}, options: {} };
const READERS: Register[] = ["patient", "clinician"];
/** Where the script came from: the assistant's own address, unless the element names another. */
export const home = new URL((document.currentScript as HTMLScriptElement | null)?.src || location.href).origin;

export class Assistant extends HTMLElement implements Screen {
  private words!: Strings;
  private server!: Server;
  private chat!: Chat;
  private log!: Log;
  private header!: Header;
  private panel!: CasePanel;
  private composer!: Composer;
  private frame!: HTMLElement;
  private launcher: HTMLButtonElement | null = null;
  private readonly status = h("div", { class: "status", role: "status" });
  private readonly lost = h("div", { class: "status", role: "status" });
  private retry: (() => void) | null = null;
  private readonly spoken = h("div", { class: "hidden", role: "status" });
  private readonly pinned = h("div", { class: "pinned", role: "alert" });
  private readonly vocabularies = new Map<Register, Vocabulary>();
  private reader: Register = "clinician";
  private built = false;

  connectedCallback(): void {
    if (this.built) return;
    this.built = true;
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = sheets();
    this.words = stringsFor(this.getAttribute("lang") ?? navigator.language);
    this.server = new Server(this.getAttribute("server") ?? home, {
      link: (state) => this.link(state),
      ended: () => this.say(this.words.connection.ended),
    });
    this.chat = new Chat(this.server, this, this.words, () => this.vocabulary());
    this.build(shadow);
    void this.start();
  }

  private async start(): Promise<void> {
    try {
      for (const [index, words] of (await Promise.all(READERS.map((reader) => this.server.vocabulary(reader)))).entries()) {
        this.vocabularies.set(READERS[index]!, words);
      }
    } catch {
      this.say(this.words.errors.offline);
    }
    if (this.server.known) await this.chat.restore().catch(() => this.say(this.words.errors.offline));
  }

  private vocabulary(): Vocabulary {
    return this.vocabularies.get(this.reader) ?? NO_WORDS;
  }

  private build(shadow: ShadowRoot): void {
    const { words } = this;
    const mode = this.getAttribute("mode") ?? "panel";
    const theme = themeOf(stored(THEME) ?? this.getAttribute("theme"));
    const context: Context = {
      words,
      vocabulary: () => this.vocabulary(),
      say: (text) => this.chat.say(text),
      row: (id) => this.server.row(id),
      openSources: (answer, statement, citation) => void drawer.open(answer, statement, citation),
      feedback: (turn, rating, comment) => this.server.feedback(turn, rating, comment),
      announce: (text) => this.say(text),
    };
    const drawer = new Drawer(context);
    this.log = new Log(context, words);
    this.composer = new Composer(words, (text) => this.chat.say(text), () => void this.server.session().catch(() => {}));
    this.panel = new CasePanel(context, {
      edit: (changes) => this.chat.edit(changes),
      undo: () => this.chat.undo(),
      newPatient: () => this.chat.newPatient(),
    });
    this.panel.element.id = uid("case-panel");
    const confirm = confirmDialog(words.tools.forgetAsk, words.tools.forgetYes, words.tools.keep, () => this.forget());
    this.header = new Header(
      words,
      {
        audience: (register) => this.chat.audience(register),
        theme: (theme) => this.theme(theme),
        toggleCase: () => this.toggleCase(),
        print: () => void printDocument(context, this.chat.shown),
        markdown: () => void asMarkdown(context, this.chat.shown).then((text) => download("conversation.md", "text/markdown", text)),
        json: () => download("conversation.json", "application/json", asJson(this.chat.shown)),
        forget: () => confirm.showModal(),
        close: mode === "panel" ? () => this.toggle(false) : null,
      },
      theme,
      this.panel.element.id,
    );
    this.frame = h(
      "div",
      { class: "frame", "data-mode": mode, lang: words.language },
      this.header.element,
      this.pinned,
      h("div", { class: "body" }, h("div", { class: "main" }, this.log.element, this.lost, this.status, this.composer.element), this.panel.element),
      drawer.element,
      confirm,
      this.spoken,
    );
    if (mode === "panel") this.asPanel();
    if (mode === "page") {
      // The landmarks of a page; embedded, the page around has its own.
      this.header.element.setAttribute("role", "banner");
      this.log.element.parentElement?.setAttribute("role", "main");
    }
    this.theme(theme);
    this.caseIs({}, null, false);
    if (this.launcher) shadow.append(this.launcher);
    shadow.append(this.frame);
  }

  /** A button at the edge of the page that opens the widget; Escape closes it and gives the focus back. */
  private asPanel(): void {
    const id = uid("frame");
    this.frame.id = id;
    this.frame.hidden = true;
    this.frame.setAttribute("role", "dialog");
    this.frame.setAttribute("aria-label", this.words.shortTitle);
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": id, click: () => this.toggle(true) },
      this.words.open,
    );
    this.frame.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !this.shadowRoot?.querySelector("dialog[open]")) this.toggle(false);
    });
  }

  /** Opens or closes the panel. */
  toggle(open: boolean): void {
    if (!this.launcher) return;
    this.frame.hidden = !open;
    this.launcher.hidden = open;
    this.launcher.setAttribute("aria-expanded", String(open));
    if (open) this.composer.focus();
    else this.launcher.focus();
  }

  private toggleCase(): void {
    const open = this.frame.toggleAttribute("data-case");
    this.header.caseOpen(open);
    if (open) this.panel.element.querySelector<HTMLElement>("h2")?.focus();
  }

  private theme(theme: Theme): void {
    this.frame.setAttribute("data-theme", theme);
    this.launcher?.setAttribute("data-theme", theme);
    try {
      sessionStorage.setItem(THEME, theme);
    } catch {
      // Storage is off: the choice lasts as long as the page.
    }
  }

  private async forget(): Promise<void> {
    try {
      await this.chat.forget();
      this.say(this.words.tools.forgotten);
      this.composer.focus();
    } catch {
      this.say(this.words.errors.offline);
    }
  }

  /** Says something to everybody: shown for a moment and read out once. */
  private say(text: string): void {
    this.spoken.textContent = text;
    const toast = h("p", { class: "toast", "aria-hidden": "true" }, text);
    this.frame.querySelector(".toast")?.remove();
    this.frame.append(toast);
    setTimeout(() => toast.remove(), 5_000);
  }

  private link(state: Link): void {
    const was = this.frame.getAttribute("data-link");
    this.frame.setAttribute("data-link", state);
    if (state === "down") this.lost.replaceChildren(h("p", { class: "lost" }, this.words.connection.lost));
    else if (was === "down") {
      this.lost.replaceChildren();
      this.say(this.words.connection.back);
      this.retry?.();
    }
  }

  // --- what the chat tells (Screen) ---

  said(text: string, id: string): void {
    this.log.said(text, id);
  }

  note(text: string): void {
    this.log.note(text);
  }

  answered(all: Shown[], quiet: boolean): void {
    this.log.answered(all, quiet);
  }

  caseIs(held: Case, newest: Answer | null, undoable: boolean): void {
    this.reader = held["audience"] === "patient" ? "patient" : "clinician";
    this.panel.show(held, newest, undoable);
    this.header.facts(this.panel.count);
    this.header.register((held["audience"] as string | null) ?? null);
  }

  emergency(answer: Answer | null): void {
    const banner = answer ? escalationBanner(this.words, answer) : null;
    banner?.append(h("p", { class: "pinned-hint" }, this.words.emergencyPinned));
    // The same alert again would be read out again.
    if (banner && this.pinned.textContent === banner.textContent) return;
    this.pinned.replaceChildren(...(banner ? [banner] : []));
  }

  busy(on: boolean): void {
    this.panel.wait(on);
    if (on) this.retry = null;
    const waiting = h("p", { class: "typing" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), this.words.typing);
    if (on) this.status.replaceChildren(waiting);
    else if (this.status.querySelector(".typing")) this.status.replaceChildren();
  }

  failed(message: string, retry: () => void): void {
    this.retry = retry;
    const button = h("button", { type: "button", class: "reply", click: () => retry() }, this.words.connection.retry);
    queueMicrotask(() => this.status.replaceChildren(h("p", { class: "lost" }, message, " ", button)));
  }

  cleared(): void {
    this.log.clear();
    this.retry = null;
    this.status.replaceChildren();
  }
}

function stored(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

const themeOf = (name: string | null): Theme => (name === "light" || name === "dark" ? name : "auto");
