// A clean page for the printer: a document of its own in a hidden frame, so that the page around is not printed.
import { h } from "../dom";
import type { Shown } from "../view/answer";
import type { Context } from "../view/context";
import { foot, parts } from "./away";
import paper from "../styles/paper.css";

/** Opens the print dialogue with the answers on clean pages. */
export async function printDocument(context: Context, all: Shown[]): Promise<void> {
  document.querySelector("iframe[data-mycophenolate-print]")?.remove();
  const frame = document.createElement("iframe");
  frame.setAttribute("data-mycophenolate-print", "");
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  for (const [name, value] of Object.entries({ position: "fixed", width: "0", height: "0", border: "0", bottom: "0", right: "0" })) {
    frame.style.setProperty(name, value);
  }
  document.body.append(frame);
  const inner = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!inner) return;
  const sheet = new inner.CSSStyleSheet();
  sheet.replaceSync(paper);
  inner.document.adoptedStyleSheets = [sheet];
  inner.document.title = context.words.document.title;
  inner.document.documentElement.lang = document.documentElement.lang || "en";
  const page = h("main", {}, h("h1", {}, context.words.document.title));
  for (const shown of all) {
    const section = h("section", {});
    for (const part of await parts(context, shown)) {
      const heading = part.level === 4 ? "h3" : "h2";
      if (part.heading) section.append(h(heading, {}, part.heading));
      for (const line of part.lines ?? []) section.append(h("p", {}, line));
      if (part.list) section.append(h("ul", {}, ...part.list.map((line) => h("li", {}, line))));
    }
    section.append(h("footer", {}, ...foot(context, shown).map((line) => h("p", {}, line))));
    page.append(section);
  }
  inner.document.body.append(inner.document.adoptNode(page));
  inner.focus();
  inner.print();
}
