import { hostOf } from '../http/address.ts';
import type { Http } from '../http/send.ts';
import { askClawNet, type ListName, type Statement, type StatementsAnswer } from './clawNetApi.ts';
import type { Action } from './page.ts';

/** How to reach ClawNet. */
export interface ClawNetContext {
  readonly http: Http;
  /** The current value of the setting. An empty one turns ClawNet off. */
  readonly apiUrl: () => string;
}

/** A list of ClawNet, as far as it has been fetched. */
export interface StatementList {
  readonly state: 'notAsked' | 'asking' | 'failed' | 'answered';
  readonly statements: readonly Statement[];
  /** Fetches the next page. Absent when there is none. */
  readonly cursor?: string | undefined;
}

export type Lists = Readonly<Record<ListName, StatementList>>;

/** What ClawNet says about one BAP ID, at the address in the settings. */
export class ClawNet {
  readonly #bapId: string;
  readonly #context: ClawNetContext;
  readonly #onChange: () => void;
  #current: { readonly apiUrl: string; readonly section: ClawNetSection } | undefined;

  /** `onChange` is called after each change of the lists. */
  constructor(bapId: string, context: ClawNetContext, onChange: () => void) {
    this.#bapId = bapId;
    this.#context = context;
    this.#onChange = onChange;
  }

  /** The lists, and the host that they come from. Undefined while ClawNet is turned off. */
  read(): { readonly lists: Lists; readonly host: string } | undefined {
    const current = this.#follow();
    return current && { lists: current.section.lists, host: hostOf(current.apiUrl) };
  }

  /** Runs the action of a button in the section, and ignores other actions. Never rejects. */
  async run(action: Action): Promise<void> {
    const section = this.#follow()?.section;
    if (action === 'askClawNet') await section?.ask();
    if (action === 'moreTrust') await section?.more('trust');
    if (action === 'moreVouches') await section?.more('vouches');
  }

  /** Aborts pending requests. */
  dispose(): void {
    this.#current?.section.dispose();
  }

  /** Starts over when the setting names another server: it has not said what the last one has. */
  #follow(): { readonly apiUrl: string; readonly section: ClawNetSection } | undefined {
    const apiUrl = this.#context.apiUrl().trim();
    if (apiUrl !== this.#current?.apiUrl) {
      this.dispose();
      this.#current = apiUrl === '' ? undefined : { apiUrl, section: this.#open(apiUrl) };
    }
    return this.#current;
  }

  #open(apiUrl: string): ClawNetSection {
    return new ClawNetSection(
      (list, cursor, signal) => askClawNet(this.#context.http, apiUrl, list, this.#bapId, cursor, signal),
      this.#onChange,
    );
  }
}

/** Fetches one page of a list. May reject with `signal.reason` only. */
type Ask = (list: ListName, cursor: string | undefined, signal: AbortSignal) => Promise<StatementsAnswer>;

/** What one server has said so far. Sends nothing before it is told to. */
export class ClawNetSection {
  lists: Lists = {
    trust: { state: 'notAsked', statements: [] },
    vouches: { state: 'notAsked', statements: [] },
  };
  readonly #ask: Ask;
  readonly #onChange: () => void;
  readonly #closed = new AbortController();

  constructor(ask: Ask, onChange: () => void) {
    this.#ask = ask;
    this.#onChange = onChange;
  }

  /** Fetches the first page of both lists, and retries pages that failed. Never rejects. */
  async ask(): Promise<void> {
    const open = (['trust', 'vouches'] as const).filter((list) => this.lists[list].state !== 'answered');
    await Promise.all(open.map((list) => this.more(list)));
  }

  /** Fetches the next page of a list. Does nothing while a request is pending. Never rejects. */
  async more(list: ListName): Promise<void> {
    const before = this.lists[list];
    if (before.state === 'asking') return;
    if (before.state === 'answered' && before.cursor === undefined) return;
    this.#set(list, { ...before, state: 'asking' });
    const { signal } = this.#closed;
    try {
      const answer = await this.#ask(list, before.cursor, signal);
      this.#set(
        list,
        answer.kind === 'failed'
          ? { ...before, state: 'failed' }
          : {
              state: 'answered',
              statements: [...before.statements, ...answer.statements],
              cursor: answer.cursor,
            },
      );
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Aborts pending requests. */
  dispose(): void {
    this.#closed.abort();
  }

  #set(list: ListName, state: StatementList): void {
    this.lists = { ...this.lists, [list]: state };
    this.#onChange();
  }
}
