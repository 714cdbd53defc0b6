import type { ListName, Statement, StatementsAnswer } from './clawNetApi.ts';

/** A list of ClawNet, as far as it was asked for. */
export interface StatementList {
  readonly state: 'notAsked' | 'asking' | 'failed' | 'answered';
  readonly statements: readonly Statement[];
  /** What to ask for the next page with. Absent when there is none. */
  readonly cursor?: string | undefined;
}

export type Lists = Readonly<Record<ListName, StatementList>>;

/** What ClawNet has said so far. It asks nothing before it is told to. */
export class ClawNetSection {
  lists: Lists = {
    trust: { state: 'notAsked', statements: [] },
    vouches: { state: 'notAsked', statements: [] },
  };
  readonly #ask: (
    list: ListName,
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<StatementsAnswer>;
  readonly #onChange: () => void;
  readonly #over = new AbortController();

  /** `ask` may reject with the reason of its signal only. */
  constructor(
    ask: (list: ListName, cursor: string | undefined, signal: AbortSignal) => Promise<StatementsAnswer>,
    onChange: () => void,
  ) {
    this.#ask = ask;
    this.#onChange = onChange;
  }

  /** Asks for the first page of both lists, and again for a page that failed. Never rejects. */
  async ask(): Promise<void> {
    const open = (['trust', 'vouches'] as const).filter((list) => this.lists[list].state !== 'answered');
    await Promise.all(open.map((list) => this.more(list)));
  }

  /** Asks for the next page of a list, once at a time. Never rejects. */
  async more(list: ListName): Promise<void> {
    const before = this.lists[list];
    if (before.state === 'asking') return;
    if (before.state === 'answered' && before.cursor === undefined) return;
    this.#set(list, { ...before, state: 'asking' });
    const { signal } = this.#over;
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

  /** Ends the requests that are under way. */
  dispose(): void {
    this.#over.abort();
  }

  #set(list: ListName, state: StatementList): void {
    this.lists = { ...this.lists, [list]: state };
    this.#onChange();
  }
}
