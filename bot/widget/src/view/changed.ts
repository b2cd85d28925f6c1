// What a correction did to the answer. The server begins such an answer with what changed; what fell away is added.
import type { Answer } from "../contract";
import type { Changes } from "../changes";
import { h } from "../dom";
import type { Context } from "./context";

/** The headline in two: what changed, and the answer itself. */
export function splitHeadline(answer: Answer, changes: Changes | null): [string | null, string] {
  const found = changes && /^(.+?[.!?])\s+(?=[A-Z])(.+)$/s.exec(answer.headline);
  return found ? [found[1] ?? null, found[2] ?? answer.headline] : [null, answer.headline];
}

export function changeSummary(context: Context, said: string | null, changes: Changes): HTMLElement | null {
  const { words } = context;
  if (!said && !changes.gone.length) return null;
  return h(
    "section",
    { class: "changed" },
    said ? h("p", {}, said) : null,
    ...changes.gone.map(({ label }) => h("p", {}, words.changes.gone(label))),
  );
}
