import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { LiveSession } from '../../sessions/record.ts';
import { type TerminalMode, wantsToken } from './variables.ts';

/** What the person is asked and told about tokens in terminals. */
export interface TerminalQuestions {
  /**
   * May every program in new terminals have the token of this session? No program can give the answer. Undefined when
   * the person closes the question.
   */
  ask(session: LiveSession): Promise<boolean | undefined>;
  /** Says, beside their work, that a token waits for the answer. True when they want the question. */
  offer(session: LiveSession): Promise<boolean>;
  /** Says that no token is handed out, and how to be asked again. */
  tellRefused(session: LiveSession): void;
}

const KEY = 'terminalTokenAnswers';
/** By the id of the session: it outlives the end of the session, and is gone with the sign-out. No secret, no name. */
const Answers = z.array(z.object({ id: z.string(), serviceId: z.string(), allowed: z.boolean() }));
type Answers = z.infer<typeof Answers>;

/**
 * Asks the person before a token is handed to terminals, and remembers the answer for all windows in the extension's
 * global state. The setting is no answer: every extension, and every program that writes files, can change it.
 */
export class TokenConsent {
  readonly #mode: () => TerminalMode;
  readonly #questions: TerminalQuestions;
  readonly #memento: vscode.Memento;
  readonly #runtime: Pick<Runtime, 'log' | 'closed'>;
  #lastMode: TerminalMode | undefined;
  #isAsking = false;
  /** The sessions that this window has asked about. */
  readonly #asked = new Set<string>();
  /** The same, or told that a question waits, since the setting has changed. */
  readonly #told = new Set<string>();

  /** `mode` reads the setting. */
  constructor(
    mode: () => TerminalMode,
    questions: TerminalQuestions,
    memento: vscode.Memento,
    runtime: Pick<Runtime, 'log' | 'closed'>,
  ) {
    this.#mode = mode;
    this.#questions = questions;
    this.#memento = memento;
    this.#runtime = runtime;
  }

  /** Undefined for a session for which nobody has answered. */
  answer(id: string): boolean | undefined {
    return this.#answers().find((each) => each.id === id)?.allowed;
  }

  /**
   * Call at the start, and when the setting may have changed. True when it has changed in the life of this window: then
   * each refusal is forgotten. A yes is forgotten as soon as the setting does not want the token. Never rejects.
   */
  async followSetting(): Promise<boolean> {
    const mode = this.#mode();
    const hasChanged = this.#lastMode !== undefined && this.#lastMode !== mode;
    this.#lastMode = mode;
    if (hasChanged) this.#told.clear();
    const answers = this.#answers();
    const kept = answers.filter(
      ({ serviceId, allowed }) => wantsToken(mode, serviceId) && (allowed || !hasChanged),
    );
    if (kept.length < answers.length) await this.#write(kept);
    return hasChanged;
  }

  /**
   * Asks about the first of these sessions that this window has not asked about. `isExpected`: the person has just
   * changed the setting here, or asked for the question, or answered for another account. A question that they do not
   * expect, or that comes again, is only offered: a dialog interrupts their work, and a program can change the setting
   * as often as it likes. Never rejects. True when the caller is to look again, and may expect the next question.
   */
  async ask(waiting: readonly LiveSession[], isExpected: boolean): Promise<boolean> {
    const session = waiting.find(({ id }) => !this.#told.has(id));
    if (session === undefined || this.#isAsking) return false;
    this.#told.add(session.id);
    try {
      if (isExpected && !this.#asked.has(session.id)) return await this.#ask(session);
      if (!(await this.#questions.offer(session))) return false;
      // A message can wait behind the bell for hours, and the answer may have come since.
      this.#told.delete(session.id);
      this.#asked.delete(session.id);
      return true;
    } catch (error) {
      const { closed, log } = this.#runtime;
      if (!closed.aborted) log.warn(`The question about terminals failed: ${describeError(error)}.`);
      return false;
    }
  }

  async #ask(session: LiveSession): Promise<boolean> {
    const { id, serviceId } = session;
    this.#isAsking = true;
    this.#asked.add(id);
    try {
      const allowed = await this.#questions.ask(session);
      // The answer of a window that closes is none, and so is one to a setting that has gone.
      if (allowed === undefined || this.#runtime.closed.aborted) return false;
      if (!wantsToken(this.#mode(), serviceId)) return false;
      if (this.answer(id) !== undefined) return true; // given in another window meanwhile: the first one counts
      await this.#write([...this.#answers(), { id, serviceId, allowed }]);
      if (!allowed) this.#questions.tellRefused(session);
      return this.answer(id) !== undefined;
    } finally {
      this.#isAsking = false;
    }
  }

  #answers(): Answers {
    return z.safeParse(Answers, this.#memento.get(KEY)).data ?? [];
  }

  async #write(answers: Answers): Promise<void> {
    try {
      await this.#memento.update(KEY, answers.length === 0 ? undefined : answers);
    } catch (error) {
      this.#runtime.log.warn(`The answer about terminals is not stored: ${describeError(error)}.`);
    }
  }
}
