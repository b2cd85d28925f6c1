// An answer to take away: Markdown and JSON, always with sources, date, version and notice.
import type { Answer, Row, Source } from "../contract";
import { optionName } from "../changes";
import type { Shown } from "../view/answer";
import type { Context } from "../view/context";
import { unmarked } from "../view/marks";

/** What a paper copy says, in parts that Markdown and print both draw. */
export interface Part {
  heading?: string;
  level?: number;
  lines?: string[];
  list?: string[];
}

async function sourcesOf(context: Context, answer: Answer): Promise<Source[]> {
  const rows = await Promise.allSettled(shownRows(answer).map((row) => context.row(row.id)));
  const found = new Map<string, Source>();
  for (const row of rows) {
    if (row.status === "fulfilled") for (const source of (row.value as Row).sources ?? []) found.set(source.id, source);
  }
  return [...found.values()];
}

/** The rows of the first view and those that carry an option. */
function shownRows(answer: Answer): Answer["statements"] {
  const text = unmarked(answer.text);
  const because = new Set(answer.options.flatMap((option) => option.because));
  return answer.statements.filter(
    (row) => row.support !== "computed" && (because.has(row.id) || text.includes(row.text) || unmarked(answer.headline).includes(row.text)),
  );
}

const numbers = (citations: number[]): string => citations.map((number) => `[${number}]`).join("");

/** The parts of one answer, in the order of the screen. */
export async function parts(context: Context, shown: Shown): Promise<Part[]> {
  const { words } = context;
  const { answer } = shown;
  const said = unmarked(answer.text);
  const list: Part[] = [];
  if (shown.question) list.push({ lines: [`${words.document.question}: ${shown.question}`] });
  if (answer.escalation) {
    list.push({ heading: words.escalation[answer.escalation.level], level: 3, lines: [answer.escalation.text] });
  }
  list.push({ heading: answer.headline, level: 3 });
  const first = answer.statements.filter((row) => said.includes(row.text) && !unmarked(answer.headline).includes(row.text));
  list.push({ list: first.map((row) => `${row.text} ${numbers(row.citations)} (${row.id})`.replace("  ", " ")) });
  list.push({
    heading: words.options,
    level: 4,
    list: answer.options.map((option) => {
      const reason = option.reason ? ` – ${option.reason}` : "";
      const caution = option.caution ? ` – ${words.caution} ${option.caution}` : "";
      return `${words.stance[option.stance]}: ${optionName(option)}${reason}${caution} (${option.because.join(", ")})`;
    }),
  });
  list.push({ heading: words.unknown, level: 4, list: answer.unknown });
  list.push({ heading: words.assumed, level: 4, list: answer.assumptions });
  list.push({ heading: words.document.rows, level: 4, list: shownRows(answer).map((row) => rowLine(row, words.support[row.support], words)) });
  list.push({
    heading: words.document.references,
    level: 4,
    list: answer.citations.map(({ number, label, status, url }) => `[${number}] ${label} (${words.status[status]})${url ? ` ${url}` : ""}`),
  });
  list.push({
    heading: words.document.sources,
    level: 4,
    list: (await sourcesOf(context, answer)).map(sourceLine),
  });
  return list.filter((part) => part.list === undefined || part.list.length > 0);
}

function rowLine(row: Answer["statements"][number], support: string, words: Context["words"]): string {
  const check = row.check ? ` ${words.verdict[row.check.verdict]}: ${row.check.note}` : "";
  return `${row.text} ${numbers(row.citations)} (${row.id}; ${support.toLowerCase()}.${check})`.replace("  ", " ");
}

/** A source in one line: who, what, when, where. */
export function sourceLine(source: Source): string {
  const who = source.authors ?? source.publisher ?? "";
  const where = source.publisher && source.authors ? source.publisher : "";
  return [who, source.title, where, source.year ?? "", source.url ?? ""]
    .map((part) => String(part).replace(/\.$/, ""))
    .filter((part) => part !== "")
    .reduce((line, part) => `${line}${/[?!]$/.test(line) ? "" : "."} ${part}`);
}

/** Date, article, table version, review and notice: the foot of every copy. */
export function foot(context: Context, shown: Shown): string[] {
  const { words } = context;
  const { review, notice } = shown.answer;
  return [
    `${words.document.made} ${shown.at.toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `${words.document.article}: ${review.article_status}; ${words.document.updated} ${review.article_updated}`,
    `${words.document.table} ${review.table_version}: ${review.table_review}`,
    `${words.document.notice}: ${notice}`,
  ];
}

/** Signs that Markdown would take for its own are escaped, so that `2*3`, `a_b` and `>=` come out as they are. */
const markdownText = (text: string): string =>
  text.split(/(https?:\/\/[^\s<>]+)/).map((part, odd) => (odd % 2 ? `<${part}>` : escaped(part))).join("");

const escaped = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>#|~]/g, (sign) => `\\${sign}`).replace(/^(\d+)\./, "$1\\.").replace(/^([-+])/, "\\$1");

/** Answers as one Markdown document. */
export async function asMarkdown(context: Context, all: Shown[]): Promise<string> {
  const lines = [`# ${context.words.document.title}`, ""];
  for (const shown of all) {
    for (const part of await parts(context, shown)) {
      if (part.heading) lines.push(`${"#".repeat(part.level ?? 3)} ${markdownText(part.heading)}`, "");
      for (const line of part.lines ?? []) lines.push(markdownText(line), "");
      if (part.list) lines.push(...part.list.map((line) => `- ${markdownText(line)}`), "");
    }
    lines.push("---", ...foot(context, shown).map((line) => `${markdownText(line)}  `), "");
  }
  return lines.join("\n");
}

/** Answers as JSON: the contract's Answers, each with its question and time. */
export const asJson = (all: Shown[]): string =>
  JSON.stringify({ answers: all.map(({ question, at, answer }) => ({ question, at: at.toISOString(), answer })) }, null, 2);

/** Puts a text on the clipboard; the older way serves pages without https, where the newer one does not exist. */
export async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("not copied");
}

/** Hands a file to the browser. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
