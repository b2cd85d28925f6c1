// The comparison table: one column a drug, one row a subject, every cell a row of the treatment table with its marks.
import type { Answer, Row, Statement } from "../contract";
import { h, type Child } from "../dom";
import { capital } from "../facts";
import type { Context } from "./context";
import { marks } from "./marks";

/** Built from the rows behind the answer; null where fewer than two drugs are compared. */
export function comparisonTable(context: Context, answer: Answer, rows: Map<string, Row>): HTMLElement | null {
  const { words } = context;
  const titles = context.vocabulary().drugs;
  const drugs = answer.understood.drugs;
  if (answer.kind !== "comparison" || drugs.length < 2) return null;
  const name = (drug: string): string => capital(titles[drug] ?? drug.replaceAll("_", " "));
  const said = (statement: Statement): HTMLElement =>
    h("p", { "data-row": statement.id }, statement.text, " ", marks(context, answer, statement));
  const cellsOf = (topic: string): Child[] | null => {
    const of = answer.statements.filter((statement) => rows.get(statement.id)?.topic === topic);
    const about = (drug: string) => of.filter((statement) => rows.get(statement.id)?.drugs?.includes(drug));
    if (!drugs.some((drug) => about(drug).length)) return null;
    const ofAll = of.filter((statement) => drugs.every((drug) => rows.get(statement.id)?.drugs?.includes(drug)));
    if (ofAll.length && drugs.every((drug) => about(drug).length === ofAll.length)) {
      const label = drugs.map(name).join(", ");
      return [h("td", { colspan: drugs.length, "data-label": label, role: "cell" }, ...ofAll.map((statement) => said(statement)))];
    }
    return drugs.map((drug) => {
      const mine = about(drug);
      return h(
        "td",
        { "data-label": name(drug), role: "cell" },
        ...(mine.length
          ? mine.map(said)
          : [h("p", { class: "none" }, words.table.noneHere)]),
      );
    });
  };
  const stanceOf = (drug: string): Child => {
    const option =
      answer.options.find((candidate) => candidate.drugs.length === 1 && candidate.drugs[0] === drug) ??
      answer.options.find((candidate) => candidate.drugs.includes(drug));
    const reason = option?.reason ?? option?.caution;
    return h(
      "td",
      { "data-label": name(drug), role: "cell" },
      h("p", {}, option ? `${words.stance[option.stance]}${reason ? `: ${reason}` : ""}` : words.table.noneHere),
    );
  };
  const line = (title: string, cells: Child[]): HTMLElement =>
    h("tr", { role: "row" }, h("th", { scope: "row", role: "rowheader" }, title), ...cells);
  const body = Object.entries(words.table.topics).flatMap(([topic, title]) => {
    const cells = cellsOf(topic);
    return cells ? [line(title, cells)] : [];
  });
  return h(
    "table",
    { class: "comparison", role: "table" },
    h("caption", {}, words.table.caption(drugs.map(name).join(" / "))),
    h(
      "thead",
      { role: "rowgroup" },
      h(
        "tr",
        { role: "row" },
        h("th", { scope: "col", role: "columnheader" }, words.table.aspect),
        ...drugs.map((drug) => h("th", { scope: "col", role: "columnheader" }, name(drug))),
      ),
    ),
    h("tbody", { role: "rowgroup" }, line(words.table.stance, drugs.map(stanceOf)), ...body),
  );
}
