// What the views may ask for; the element gives it.
import type { Answer, Row, Vocabulary } from "../contract";
import type { Strings } from "../strings";

export interface Context {
  words: Strings;
  vocabulary(): Vocabulary;
  /** Sends a message as if typed; false while the last one is still being answered. */
  say(text: string): boolean;
  row(id: string): Promise<Row>;
  openSources(answer: Answer, statement: string, citation?: number): void;
  feedback(turn: string, rating: "up" | "down", comment: string): Promise<void>;
  announce(text: string): void;
}
