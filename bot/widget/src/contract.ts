// The Answer (tests/contract/answer.schema.json) and what the server says beside it (bot/channels/openapi.yaml).

export type Register = "patient" | "clinician";
export type Stance = "preferred" | "consider" | "adjunct" | "reserve" | "disputed" | "avoid" | "contraindicated";
export type Verdict = "agrees" | "partly_agrees" | "differs" | "not_found";
export type Status = "confirmed" | "conjecture" | "unresolved";
export type Fact = string | number | boolean | string[] | null;
export type Case = Record<string, Fact>;

export interface Statement {
  id: string;
  text: string;
  support: "article_cited" | "article_uncited" | "beyond_article" | "computed";
  citations: number[];
  sources: string[];
  check?: { verdict: Verdict; note: string } | null;
}

export interface Option {
  option: string;
  drugs: string[];
  stance: Stance;
  because: string[];
  caution?: string | null;
  label?: string;
  reason?: string | null;
}

export interface Citation {
  number: number;
  label: string;
  status: Status;
  url?: string | null;
}

export interface Answer {
  version: 1;
  kind: string;
  understood: { drugs: string[] };
  case: Case;
  escalation: { level: "emergency" | "same_day" | "contact_team"; text: string; rule?: string } | null;
  headline: string;
  statements: Statement[];
  options: Option[];
  unknown: string[];
  ask: { slot: string; question: string; choices: string[] } | null;
  follow_ups: { title: string; message: string }[];
  citations: Citation[];
  assumptions: string[];
  review: { article_status: string; article_updated: string; table_version: string; table_review: string };
  notice: string;
  text: string;
}

/** A typed number of the table: `value` for a figure, `low` and `high` for a range. */
export interface Figure {
  unit: string;
  value?: number;
  low?: number;
  high?: number;
  per?: string;
  times_a_day?: number;
  interval?: string;
  route?: string;
}

export interface Source {
  id: string;
  title: string;
  authors?: string | null;
  publisher?: string | null;
  year?: number | null;
  url?: string | null;
}

/** A row of the table, for the sources drawer and the pictures. */
export interface Row {
  id: string;
  topic?: string;
  drugs?: string[];
  text: Record<Register, string>;
  support?: string;
  citations?: (Citation & { note?: Partial<Record<Register, string>> | null })[];
  sources?: Source[];
  check?: { verdict: Verdict; note: Record<Register, string> } | null;
  review?: { reviewed_by: string | null; reviewed_on: string | null };
  numbers?: Record<string, Figure>;
}

export interface Slot {
  id: string;
  title: string;
  kind: "list" | "categorical" | "bool" | "number";
  unit?: string | null;
  values?: { id: string; title: string }[];
}

export interface Vocabulary {
  slots: Slot[];
  drugs: Record<string, string>;
  options: Record<string, string>;
}

export interface Change {
  slot: string;
  value: Fact;
}

export interface Reply {
  id: string;
  turn?: string;
  answers: Answer[];
}

export interface StoredTurn {
  id: string;
  role: "user" | "assistant";
  text: string;
  answer?: Answer | null;
  /** A change of the case without words. */
  edit?: { changes?: Record<string, Fact>; act?: "undo" | "new_patient"; repeat?: boolean } | null;
  /** The message that is answered. */
  to?: string;
  at?: string;
}
