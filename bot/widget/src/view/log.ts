// The conversation as it is read: what was asked, what was answered, newest at the end.
import { h, uid } from "../dom";
import type { Strings } from "../strings";
import { answerCard, type Shown } from "./answer";
import type { Context } from "./context";

const QUIET_AFTER_MS = 1_500;

export class Log {
  readonly element: HTMLElement;
  private readonly list: HTMLElement;
  private readonly empty: HTMLElement;

  constructor(
    private readonly context: Context,
    words: Strings,
  ) {
    this.list = h("div", { class: "turns", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    const title = uid("empty");
    this.empty = h(
      "section",
      { class: "empty", "aria-labelledby": title },
      h("h2", { id: title }, words.emptyTitle),
      h("p", {}, words.emptyText),
      h(
        "ul",
        {},
        ...words.firstQuestions.map((question) => h("li", {}, h("button", { type: "button", class: "first", click: () => void context.say(question) }, question))),
      ),
    );
    this.element = h("div", { class: "log", tabindex: "0", role: "region", "aria-label": words.conversation }, this.empty, this.list);
  }

  private settle(): void {
    this.empty.hidden = this.list.childElementCount > 0;
  }

  /** Brings a turn to the top of the conversation, without moving the page around the widget. */
  private reveal(element: HTMLElement): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = element.offsetTop - this.list.offsetTop;
    this.element.scrollTo({ top: Math.max(0, top - 8), behavior: calm ? "auto" : "smooth" });
  }

  /** What the user said; gives the element so that it can be marked while unsent. */
  said(text: string, id: string): HTMLElement {
    const { words } = this.context;
    const turn = h("div", { class: "turn user", "data-id": id }, h("h2", { class: "hidden" }, words.you), h("p", { class: "bubble" }, text));
    this.list.append(turn);
    this.settle();
    this.reveal(turn);
    return turn;
  }

  /** A line between turns: a fact that was changed by click. */
  note(text: string): HTMLElement {
    const line = h("p", { class: "turn remark" }, text);
    this.list.append(line);
    this.settle();
    this.reveal(line);
    return line;
  }

  /** Answers to one message; `quiet`: restored ones, which are no news. */
  answered(all: Shown[], quiet = false): void {
    this.retire();
    const question = this.list.lastElementChild as HTMLElement | null;
    for (const shown of all) {
      const card = answerCard(this.context, shown, shown === all.at(-1));
      // The pinned alert says an emergency; the card beside it would say it twice.
      if (quiet || shown.answer.escalation?.level === "emergency") card.setAttribute("aria-live", "off");
      // Once announced, opening a reason or a late picture in it is nobody's news.
      else setTimeout(() => card.setAttribute("aria-live", "off"), QUIET_AFTER_MS);
      this.list.append(h("div", { class: "turn assistant" }, h("h2", { class: "hidden" }, this.context.words.assistant), card));
    }
    this.settle();
    if (question) this.reveal(question);
  }

  /** Only the newest answer can be replied to. What was chosen stays to be read, and keeps the focus if it has it. */
  private retire(): void {
    for (const next of this.list.querySelectorAll<HTMLElement>(".next:not(.used)")) {
      next.classList.add("used");
      for (const reply of next.querySelectorAll<HTMLElement>(".reply")) {
        reply.setAttribute("aria-disabled", "true");
        reply.hidden = !reply.hasAttribute("data-chosen");
      }
      for (const part of next.querySelectorAll<HTMLElement>(".hint, .label")) part.hidden = true;
    }
  }

  clear(): void {
    this.list.replaceChildren();
    this.settle();
  }
}
