// Talks to the assistant: Socket.IO where it gets through, plain HTTP where not. Nothing here knows what is said.
import { io, type Socket } from "socket.io-client";
import type { Change, Register, Reply, Row, StoredTurn, Case, Vocabulary } from "./contract";

const TOKEN = "mycophenolate-assistant.session";
const PATIENCE_MS = 20_000;
/** The server acknowledges a message at once; without that the line is dead, even if nobody has noticed. */
const RECEIPT_MS = 4_000;

export type Link = "idle" | "up" | "down";

/** What the server refused, with words for the user. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export interface Listener {
  link(state: Link): void;
  ended(): void;
}

export type Edit = { changes: Change[]; repeat: boolean } | { act: "undo" | "new_patient" };

type Outgoing = { event: "message" | "edit"; path: string; body: { id: string } & Record<string, unknown> };

/** The token lives as long as the tab: a reload keeps it, closing the tab forgets it. */
const kept = {
  get(): string | null {
    try {
      return sessionStorage.getItem(TOKEN);
    } catch {
      return memory;
    }
  },
  set(token: string | null): void {
    memory = token;
    try {
      if (token === null) sessionStorage.removeItem(TOKEN);
      else sessionStorage.setItem(TOKEN, token);
    } catch {
      // Storage is off: the token lives in this page alone.
    }
  },
};
let memory: string | null = null;

export class Server {
  private socket: Socket | null = null;
  private opening: Promise<string> | null = null;
  private readonly rows = new Map<string, Promise<Row>>();
  private readonly words = new Map<Register, Promise<Vocabulary>>();

  constructor(
    private readonly base: string,
    private readonly listener: Listener,
  ) {}

  /** True where an earlier conversation of this tab may be restored. */
  get known(): boolean {
    return kept.get() !== null;
  }

  /** A session, made if there is none; the socket is opened beside it. */
  session(): Promise<string> {
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async open(): Promise<string> {
    let token = kept.get();
    if (!token) {
      token = (await this.call<{ token: string }>("POST", "sessions", {}, null)).token;
      kept.set(token);
    }
    this.connect(token);
    return token;
  }

  private connect(token: string): void {
    this.socket?.removeAllListeners().disconnect();
    const socket = io(this.base, {
      path: "/web/socket.io",
      auth: { token },
      transports: ["websocket"],
      reconnectionDelay: 300,
      reconnectionDelayMax: 5_000,
    });
    let wasUp = false;
    socket.on("connect", () => {
      wasUp = true;
      this.listener.link("up");
    });
    socket.on("disconnect", (reason) => {
      if (reason !== "io client disconnect") this.listener.link("down");
    });
    socket.on("connect_error", () => wasUp && this.listener.link("down"));
    this.socket = socket;
  }

  /** Asks, by socket or HTTP. A repeat with the same id is answered once by the server. */
  async send(id: string, text: string): Promise<Reply> {
    return this.deliver({ event: "message", path: "messages", body: { id, text } });
  }

  /** Sets or clears facts of the case (`repeat` asks the last question again), or takes the last change back. */
  async edit(id: string, edit: Edit): Promise<Reply> {
    return this.deliver({ event: "edit", path: "edits", body: { id, ...edit } });
  }

  private async deliver(outgoing: Outgoing): Promise<Reply> {
    await this.session();
    if (this.socket?.connected) {
      try {
        return await this.bySocket(this.socket, outgoing);
      } catch (error) {
        if (error instanceof Refusal) return this.afterRefusal(error, outgoing);
        // The line broke in mid-answer: ask again by HTTP with the same id.
      }
    }
    try {
      return await this.call<Reply>("POST", outgoing.path, outgoing.body, kept.get());
    } catch (error) {
      if (error instanceof Refusal) return this.afterRefusal(error, outgoing);
      throw error;
    }
  }

  /** A dead session is replaced by a new one, once; every other refusal goes to the user. */
  private async afterRefusal(refusal: Refusal, outgoing: Outgoing): Promise<Reply> {
    if (refusal.status !== 401) throw refusal;
    this.drop();
    this.listener.ended();
    await this.session();
    return this.call<Reply>("POST", outgoing.path, outgoing.body, kept.get());
  }

  private bySocket(socket: Socket, { event, body }: Outgoing): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const end = (done: () => void): void => {
        clearTimeout(timer);
        socket.off("answers", answers).off("failure", failure).off("disconnect", broken);
        done();
      };
      const answers = (reply: Reply): void => {
        if (reply.id === body.id) end(() => resolve(reply));
      };
      const failure = (message: { id?: string; error?: { code?: string; message?: string; status?: number } }): void => {
        if (message.id !== body.id) return;
        const code = message.error?.code ?? "";
        end(() => reject(new Refusal(code, message.error?.message ?? "", message.error?.status ?? 0)));
      };
      const broken = (): void => end(() => reject(new Error("disconnected")));
      const timer = setTimeout(broken, PATIENCE_MS);
      socket.on("answers", answers).on("failure", failure).on("disconnect", broken);
      socket.timeout(RECEIPT_MS).emit(event, body, (lost: Error | null) => lost && broken());
    });
  }

  /** What was said before a reload, or null where the session is gone. */
  async conversation(): Promise<{ case: Case; turns: StoredTurn[] } | null> {
    try {
      const told = await this.call<{ case: Case; turns: StoredTurn[] }>("GET", "conversation", undefined, kept.get());
      await this.session();
      return told;
    } catch (error) {
      if (error instanceof Refusal && error.status < 500 && error.status !== 429) {
        this.drop();
        return null;
      }
      throw error;
    }
  }

  /** Deletes the conversation on the server and forgets the session here. */
  async forget(): Promise<void> {
    if (this.known) await this.call<void>("DELETE", "conversation", undefined, kept.get());
    this.drop();
  }

  private drop(): void {
    this.socket?.removeAllListeners().disconnect();
    this.socket = null;
    this.opening = null;
    kept.set(null);
  }

  feedback(turn: string, rating: "up" | "down", comment: string): Promise<void> {
    const body = comment ? { turn, rating, comment } : { turn, rating };
    return this.call<void>("POST", "feedback", body, kept.get());
  }

  row(id: string): Promise<Row> {
    let row = this.rows.get(id);
    if (!row) {
      row = this.call<Row>("GET", `rows/${encodeURIComponent(id)}`, undefined, kept.get());
      row.catch(() => this.rows.delete(id));
      this.rows.set(id, row);
    }
    return row;
  }

  /** Facts, drugs and options with titles for one kind of reader. */
  vocabulary(register: Register): Promise<Vocabulary> {
    let words = this.words.get(register);
    if (!words) {
      words = this.call<Vocabulary>("GET", `vocabulary?audience=${register}`, undefined, null);
      words.catch(() => this.words.delete(register));
      this.words.set(register, words);
    }
    return words;
  }

  private async call<T>(method: string, path: string, body: unknown, token: string | null): Promise<T> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (token) headers["authorization"] = `Bearer ${token}`;
    const response = await fetch(`${this.base}/api/v1/${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status === 204) return undefined as T;
    const data: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      const error = (data as { error?: { code?: string; message?: string } } | null)?.error;
      throw new Refusal(error?.code ?? "", error?.message ?? "", response.status);
    }
    return data as T;
  }
}
