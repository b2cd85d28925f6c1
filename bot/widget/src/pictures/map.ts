// The option map: from this case along a trunk to every option. Taken paths are lit, ruled-out ones end struck with the reason.
import type { Answer, Option } from "../contract";
import { alike, optionName } from "../changes";
import { s } from "../dom";
import type { Strings } from "../strings";
import { isOffered, isOut } from "../view/options";
import { lines, surface } from "./surface";

const TRUNK = 14;
const NODE = 44;
const TEXT = 60;

const note = (option: Option): string => option.reason ?? option.caution ?? "";

/** The picture; `facts` is the case in words. */
export function optionMap(answer: Answer, facts: string, words: Strings): HTMLElement {
  const say = answer.options
    .map((option) => `${optionName(option)}: ${words.stance[option.stance]}${note(option) ? ` (${note(option)})` : ""}.`)
    .join(" ");
  return surface("map", words.pictures.mapOf, `${facts}. ${say}`, (width) => {
    const below: SVGElement[] = [];
    const above: SVGElement[] = [];
    const room = width - TEXT - 4;
    const root = lines(facts, { x: TRUNK + 20, y: 20, size: 13, width: width - TRUNK - 24, kind: "root" });
    above.push(s("circle", { cx: TRUNK, cy: 16, r: 7, class: "root" }), root.element);
    const start = 16;
    let y = Math.max(40, root.height + 30);
    let lit = start;
    let end = start;
    for (const group of alike(answer.options)) {
      const option = group[0]!;
      const out = isOut(option);
      const offered = isOffered(option);
      const state = out ? "out" : offered ? (option.stance === "preferred" ? "lit first" : "lit") : "held";
      const name = lines(group.map(optionName).join("; "), { x: TEXT, y: y + 5, size: 14, width: room, kind: `name ${state}`, bold: offered });
      const stance = `${words.stance[option.stance]}${note(option) ? `: ${note(option)}` : ""}`;
      const text = lines(stance, { x: TEXT, y: y + 5 + name.height, size: 12, width: room, kind: `note ${state}` });
      const branch = `M${TRUNK} ${y - 14} Q${TRUNK} ${y} ${TRUNK + 14} ${y} H${NODE - 7}`;
      (offered ? above : below).push(s("path", { d: branch, class: `branch ${state}` }));
      above.push(name.element, text.element);
      if (out) {
        above.push(s("path", { d: `M${NODE - 5} ${y - 5} l10 10 m0 -10 l-10 10`, class: "cross" }));
      } else above.push(s("circle", { cx: NODE, cy: y, r: 6, class: `node ${state}` }));
      end = y - 14;
      if (offered) lit = y - 14;
      y += name.height + text.height + 14;
    }
    below.unshift(s("path", { d: `M${TRUNK} ${start} V${end}`, class: "branch held" }));
    if (lit > start) above.unshift(s("path", { d: `M${TRUNK} ${start} V${lit}`, class: "branch lit" }));
    return { parts: [...below, ...above], height: y };
  });
}
