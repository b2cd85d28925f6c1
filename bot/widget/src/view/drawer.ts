// The sources drawer: one statement, and everything that stands behind it.
import type { Answer, Citation, Row, Statement } from "../contract";
import { h, link } from "../dom";
import { icon } from "./icons";
import { sourceLine } from "../take/away";
import type { Context } from "./context";
import { verdictSign } from "./marks";
import { registerOf } from "./pictures";

export class Drawer {
  readonly element: HTMLDialogElement;
  private readonly body = h("div", { class: "drawer-body" });
  private shown = 0;

  constructor(private readonly context: Context) {
    const { words } = context;
    this.element = h(
      "dialog",
      { class: "drawer", "aria-labelledby": "drawer-title", click: (event) => this.outside(event) },
      h(
        "div",
        { class: "drawer-head" },
        h("h2", { id: "drawer-title" }, words.drawer.title),
        h("button", { type: "button", class: "icon", "aria-label": words.drawer.close, click: () => this.element.close() }, icon("close")),
      ),
      this.body,
    );
  }

  private outside(event: Event): void {
    if (event.target === this.element) this.element.close();
  }

  /** Opens on a row of an answer, with one citation in front if it was that which was clicked. */
  async open(answer: Answer, id: string, citation?: number): Promise<void> {
    const statement = answer.statements.find((row) => row.id === id);
    if (!statement) return;
    const turn = ++this.shown;
    this.draw(answer, statement, null, citation, true);
    if (!this.element.open) this.element.showModal();
    if (statement.support === "computed") return this.draw(answer, statement, null, citation, false);
    try {
      const row = await this.context.row(id);
      if (turn === this.shown) this.draw(answer, statement, row, citation, false);
    } catch {
      if (turn === this.shown) this.draw(answer, statement, null, citation, false);
    }
  }

  private draw(answer: Answer, statement: Statement, row: Row | null, citation: number | undefined, loading: boolean): void {
    const { words } = this.context;
    const section = (title: string, kind: string, ...content: (Node | null)[]): HTMLElement =>
      h("section", { class: kind }, h("h3", {}, title), ...content);
    this.body.replaceChildren(
      section(
        words.drawer.claim,
        "claim",
        h("blockquote", {}, statement.text),
        h("p", { class: "support" }, words.support[statement.support], "."),
      ),
      ...(statement.support.startsWith("article")
        ? [section(words.drawer.numbers, "numbers", ...this.numbers(answer, statement, row, citation))]
        : []),
      section(words.drawer.others, "check", this.check(answer, statement)),
      section(words.drawer.references, "references", this.references(statement, row, loading)),
      section(words.drawer.review, "review", this.review(row, statement, loading), h("p", { class: "meta" }, `${words.drawer.row} ${statement.id} · ${words.dated(answer.review.article_updated, answer.review.table_version)}`)),
    );
  }

  private numbers(answer: Answer, statement: Statement, row: Row | null, first: number | undefined): HTMLElement[] {
    const { words } = this.context;
    const order = [...statement.citations].sort((a, b) => Number(b === first) - Number(a === first));
    if (!order.length) return [h("p", {}, words.drawer.noNumber)];
    const register = registerOf(answer);
    return [
      ...order.flatMap((number) => {
        const known: Citation | undefined =
          row?.citations?.find((one) => one.number === number) ?? answer.citations.find((one) => one.number === number);
        if (!known) return [];
        const note = row?.citations?.find((one) => one.number === number)?.note?.[register];
        return [
          h(
            "div",
            { class: "number", "data-status": known.status },
            h("p", {}, h("strong", {}, words.drawer.numberOf(number)), " ", h("span", { class: "tag", "data-status": known.status }, words.status[known.status])),
            h("p", {}, link(known.url, known.label)),
            note ? h("p", { class: "note" }, note) : null,
          ),
        ];
      }),
      h("p", { class: "meta" }, words.drawer.printsNone),
    ];
  }

  private check(_answer: Answer, statement: Statement): HTMLElement {
    const { words } = this.context;
    if (!statement.check) return h("p", {}, statement.support === "beyond_article" ? words.drawer.noCheck : words.drawer.noOthers);
    const { verdict, note } = statement.check;
    return h(
      "div",
      { class: "verdict", "data-verdict": verdict },
      h("p", {}, h("span", { class: "tag", "data-verdict": verdict }, h("span", { "aria-hidden": "true" }, `${verdictSign(verdict)} `), words.verdict[verdict])),
      h("p", {}, note),
    );
  }

  private references(statement: Statement, row: Row | null, loading: boolean): HTMLElement {
    const { words } = this.context;
    if (row?.sources?.length) {
      return h("ul", {}, ...row.sources.map((source) => h("li", {}, link(source.url, sourceLine({ ...source, url: null })))));
    }
    if (loading) return h("p", {}, words.drawer.loading);
    if (!statement.sources.length) return h("p", {}, words.drawer.noReferences);
    return h("div", {}, h("p", {}, statement.sources.join(", ")), statement.support === "computed" ? null : h("p", {}, words.drawer.missing));
  }

  private review(row: Row | null, statement: Statement, loading: boolean): HTMLElement {
    const { words } = this.context;
    const by = row?.review?.reviewed_by;
    if (by) return h("p", {}, words.drawer.reviewed(by, row?.review?.reviewed_on ?? ""));
    if (row || statement.support === "computed") return h("p", {}, words.drawer.notReviewed);
    return h("p", {}, loading ? words.drawer.loading : words.drawer.missing);
  }
}
