// One conversation: what was asked and answered, the case it led to, and what the user does with it.
import type { Answer, Case, Change, Register, Reply, StoredTurn, Vocabulary } from "./contract";
import { changesIn } from "./changes";
import { messageId } from "./dom";
import { changeText } from "./facts";
import { Refusal, type Server } from "./server";
import type { Strings } from "./strings";
import type { Shown } from "./view/answer";

/** What the chat tells the screen. */
export interface Screen {
  said(text: string, id: string): void;
  note(text: string): void;
  answered(all: Shown[], quiet: boolean): void;
  caseIs(held: Case, newest: Answer | null, undoable: boolean): void;
  emergency(answer: Answer | null): void;
  busy(on: boolean): void;
  failed(message: string, retry: () => void): void;
  cleared(): void;
}

export class Chat {
  readonly shown: Shown[] = [];
  private held: Case = {};
  private question = "";
  /** While turns are restored: the answer that an edit was made on. */
  private before: Answer | null = null;
  private silent: string | null = null;
  /** The audience chosen before anything was asked; it goes with the first message. */
  private reader: Register | null = null;
  private undoable = false;
  private waiting = false;

  constructor(
    private readonly server: Server,
    private readonly screen: Screen,
    private readonly words: Strings,
    private readonly vocabulary: () => Vocabulary,
  ) {}

  /** Brings back what was said before a reload. */
  async restore(): Promise<void> {
    const told = await this.server.conversation();
    if (!told) return;
    for (const turn of told.turns) this.restoreTurn(turn);
    this.held = told.case;
    this.undoable = this.shown.length > 0;
    this.tell();
  }

  private restoreTurn(turn: StoredTurn): void {
    // An audience chosen before the first question was no turn on the screen.
    const silent = turn.edit?.repeat === false;
    if (silent || (turn.role === "assistant" && turn.to === this.silent)) this.silent = turn.id;
    else if (turn.role === "user") {
      this.before = null;
      if (turn.edit) {
        if (turn.edit.act !== "new_patient") this.before = this.shown.at(-1)?.answer ?? null;
        this.screen.note(this.editText(turn.edit));
      } else {
        this.question = turn.text;
        this.screen.said(turn.text, turn.id);
      }
    } else if (turn.answer) {
      const at = turn.at ? new Date(turn.at) : new Date();
      this.add({ id: turn.id, turn: turn.id, answers: [turn.answer] }, this.before, at, true);
    }
  }

  private editText({ act, changes }: NonNullable<StoredTurn["edit"]>): string {
    if (act) return act === "undo" ? this.words.case.undone : this.words.case.newPatient;
    const all = Object.entries(changes ?? {}).map(([slot, value]) => ({ slot, value }));
    return this.words.case.changed(all.map((change) => changeText(change, this.vocabulary(), this.words)).join("; "));
  }

  /** Sends a message; false while the last one is still being answered. */
  say(text: string): boolean {
    if (this.waiting) return false;
    const id = messageId();
    this.question = text;
    this.screen.said(text, id);
    const reader = this.reader;
    const before = messageId();
    this.attempt(async () => {
      if (reader) await this.server.edit(before, { changes: [{ slot: "audience", value: reader }], repeat: false });
      this.reader = null;
      return this.server.send(id, text);
    }, null);
    return true;
  }

  /** Changes facts by click and asks the last question again. */
  edit(changes: Change[]): void {
    if (this.waiting || !changes.length) return;
    this.screen.note(this.editText({ changes: Object.fromEntries(changes.map(({ slot, value }) => [slot, value])) }));
    this.repeat((id) => this.server.edit(id, { changes, repeat: true }));
  }

  undo(): void {
    if (this.waiting || !this.undoable) return;
    this.screen.note(this.editText({ act: "undo" }));
    this.repeat((id) => this.server.edit(id, { act: "undo" }));
  }

  newPatient(): void {
    if (this.waiting) return;
    this.screen.note(this.editText({ act: "new_patient" }));
    const id = messageId();
    this.attempt(() => this.server.edit(id, { act: "new_patient" }), null);
  }

  audience(register: Register): void {
    if (this.shown.length) return this.edit([{ slot: "audience", value: register }]);
    this.reader = register;
    this.held = { ...this.held, audience: register };
    this.tell();
  }

  private repeat(send: (id: string) => Promise<Reply>): void {
    const id = messageId();
    this.attempt(() => send(id), this.shown.at(-1)?.answer ?? null);
  }

  /** Sends until it is answered or given up; `before` is the answer that the new one is compared with. */
  private attempt(send: () => Promise<Reply>, before: Answer | null): void {
    this.waiting = true;
    this.screen.busy(true);
    send()
      .then((reply) => this.add(reply, before, new Date(), false))
      .catch((error: unknown) => this.screen.failed(this.reason(error), () => this.attempt(send, before)))
      .finally(() => {
        this.waiting = false;
        this.screen.busy(false);
      });
  }

  private reason(error: unknown): string {
    if (!(error instanceof Refusal)) return this.words.connection.failed;
    if (error.message) return error.message;
    return error.status === 429 ? this.words.errors.tooMany : this.words.errors.unknown;
  }

  private add(reply: Reply, before: Answer | null, at: Date, quiet: boolean): void {
    const all = reply.answers.map((answer, index): Shown => ({
      answer,
      turn: reply.turn ? (index ? `${reply.turn}.${index}` : reply.turn) : null,
      question: this.question,
      at,
      changes: before && index === reply.answers.length - 1 && before.kind === answer.kind ? changesIn(before, answer) : null,
    }));
    if (!all.length) return;
    this.shown.push(...all);
    this.screen.answered(all, quiet);
    this.held = all.at(-1)!.answer.case;
    this.undoable = true;
    if (!quiet) this.tell();
  }

  private tell(): void {
    const last = this.shown.at(-1)?.answer ?? null;
    const newest = this.shown.findLast(({ answer }) => answer.options.length > 0)?.answer ?? null;
    this.screen.caseIs(this.held, newest && sameCase(newest.case, this.held) ? newest : null, this.undoable);
    this.screen.emergency(last?.escalation?.level === "emergency" ? last : null);
  }

  /** Deletes the conversation, here and on the server. */
  async forget(): Promise<void> {
    await this.server.forget();
    this.shown.length = 0;
    this.held = {};
    this.question = "";
    this.undoable = false;
    this.screen.cleared();
    this.tell();
  }
}

const sameCase = (one: Case, other: Case): boolean => JSON.stringify(one) === JSON.stringify(other);
