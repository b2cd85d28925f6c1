// What a correction did to the answer, in one short list above it.
import type { Answer } from "../contract";
import { optionName, type Changes } from "../changes";
import { h } from "../dom";
import type { Context } from "./context";

export function changeSummary(context: Context, answer: Answer, changes: Changes): HTMLElement {
  const { words } = context;
  const lines = [
    ...(changes.headline ? [words.changes.headline] : []),
    ...[...changes.options].map(([id, was]) => {
      const option = answer.options.find((candidate) => candidate.option === id);
      const name = option ? optionName(option) : id;
      const is = option ? words.stance[option.stance] : "";
      return was ? words.changes.moved(name, words.stance[was], is) : words.changes.appears(name, is);
    }),
    ...changes.gone.map(({ label }) => words.changes.gone(label)),
  ];
  return h(
    "section",
    { class: "changed" },
    h("h4", {}, words.changes.title),
    lines.length ? h("ul", {}, ...lines.map((line) => h("li", {}, line))) : h("p", {}, words.changes.none),
  );
}
