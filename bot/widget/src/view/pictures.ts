// Where looking beats reading: which pictures an answer gets. They come when the rows behind it have arrived.
import type { Answer, Register, Row, Statement } from "../contract";
import { h } from "../dom";
import { forest, hasForest } from "../pictures/forest";
import { optionMap } from "../pictures/map";
import { mayHaveTimeline, timeline } from "../pictures/timeline";
import { capital, chips } from "../facts";
import { comparisonTable } from "./comparison";
import type { Context } from "./context";
import { unmarked } from "./marks";

const FEWEST_FOR_A_MAP = 4;

export const registerOf = (answer: Answer): Register => (answer.case["audience"] === "patient" ? "patient" : "clinician");

/** The case in a few words, for the map's first node. */
export function caseText(context: Context, answer: Answer): string {
  const { words } = context;
  const facts = chips(answer.case, context.vocabulary(), words).map((chip) =>
    typeof chip.value === "string" && chip.slot.kind === "list" ? chip.text : `${chip.slot.title}: ${chip.text}`,
  );
  return `${words.pictures.thisCase}: ${facts.length ? facts.join(", ") : words.pictures.nothingKnown}`;
}

/** The option map of an answer, or null where it has too few options to need one. */
export function mapOf(context: Context, answer: Answer): HTMLElement | null {
  if (answer.options.length < FEWEST_FOR_A_MAP) return null;
  return optionMap(answer, caseText(context, answer), context.words);
}

function fold(title: string, kind: string, open: boolean, ...content: HTMLElement[]): HTMLElement {
  return h("details", { class: "fold", "data-fold": kind, open }, h("summary", {}, title), ...content);
}

/** A place for the pictures of an answer; changes in it are not announced. */
export function pictures(context: Context, answer: Answer): HTMLElement {
  const place = h("div", { class: "pictures", "aria-live": "off" });
  void fillWith(context, answer, place);
  return place;
}

async function fillWith(context: Context, answer: Answer, place: HTMLElement): Promise<void> {
  const { words } = context;
  const map = mapOf(context, answer);
  if (map) place.append(fold(words.pictures.map, "map", false, map));
  const wanted = answer.statements.filter((statement) => wants(answer, statement));
  if (!wanted.length) return;
  const rows = new Map<string, Row>();
  for (const found of await Promise.allSettled(wanted.map((statement) => context.row(statement.id)))) {
    if (found.status === "fulfilled") rows.set(found.value.id, found.value);
  }
  const register = registerOf(answer);
  const all = [...rows.values()];
  const plots = all.map((row) => forest(row, register, context.vocabulary(), words)).filter((plot) => plot !== null);
  if (plots.length) place.append(fold(words.pictures.forest, "forest", true, ...plots));
  const lanes = scheduled(answer)
    .map((statement) => rows.get(statement.id))
    .map((row) => (row ? timeline(row, drugNames(context, row), words) : null))
    .filter((lane) => lane !== null);
  if (lanes.length) place.append(fold(words.pictures.timeline, "timeline", true, ...lanes));
  const table = comparisonTable(context, answer, rows);
  if (!table) return;
  place.append(fold(words.table.open, "table", true, table));
  // What the table says need not be said twice.
  const told = new Set([...table.querySelectorAll("[data-row]")].map((cell) => cell.getAttribute("data-row")));
  const list = place.parentElement?.querySelector(".statements:not(.more *)");
  for (const item of list?.querySelectorAll("li") ?? []) if (told.has(item.getAttribute("data-row"))) item.remove();
  if (list?.childElementCount === 0) list.remove();
}

/** Dose and monitoring rows that the first view names. */
function scheduled(answer: Answer): Statement[] {
  if (answer.kind !== "dose" && answer.kind !== "monitoring") return [];
  const text = unmarked(answer.text);
  return answer.statements.filter((statement) => text.includes(statement.text));
}

function wants(answer: Answer, statement: Statement): boolean {
  if (statement.support === "computed") return false;
  if (answer.kind === "comparison") return true;
  if (hasForest(statement.id) && answer.kind === "evidence") return true;
  return scheduled(answer).includes(statement) && (answer.kind === "dose" || mayHaveTimeline(statement.id));
}

function drugNames(context: Context, row: Row): string | null {
  const titles = context.vocabulary().drugs;
  const names = (row.drugs ?? []).map((drug) => titles[drug] ?? drug.replaceAll("_", " "));
  if (!names.length) return null;
  const beyond = row.support === "beyond_article" ? ` (${context.words.beyond.toLowerCase()})` : "";
  return `${capital(names.join(", "))}${beyond}`;
}
