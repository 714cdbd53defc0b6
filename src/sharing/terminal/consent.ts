import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { LiveSession } from '../../sessions/record.ts';
import { type TerminalMode, wantsToken } from './variables.ts';

/** The questions and messages about tokens in terminals. */
export interface TerminalQuestions {
  /**
   * Asks whether every program in new terminals may get the token of this session, in a way that no program can answer.
   * Undefined when the user dismisses the question.
   */
  ask(session: LiveSession): Promise<boolean | undefined>;
  /** Shows, without interrupting, that a token is waiting for an answer. True when the user asks for the question. */
  offer(session: LiveSession): Promise<boolean>;
  /** Shows that terminals get no token, and how to be asked again. */
  tellRefused(session: LiveSession): void;
}

const KEY = 'terminalTokenAnswers';
/** By session id, which outlives an expiry but not a sign-out. Neither secret nor personal. */
const Answers = z.array(z.object({ id: z.string(), serviceId: z.string(), allowed: z.boolean() }));
type Answers = z.infer<typeof Answers>;

/**
 * Asks the user before terminals get a token, and stores the answer in the extension's global state, for all windows.
 * The setting is not consent: every extension, and every program that writes files, can change it.
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
  /** The sessions that it has asked about, or shown an offer for, since the setting last changed. */
  readonly #offered = new Set<string>();

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

  /** Undefined while the user has not answered for this session. */
  answer(id: string): boolean | undefined {
    return this.#answers().find((each) => each.id === id)?.allowed;
  }

  /**
   * Call at startup, and when the setting may have changed. True when it has changed since this window opened, which
   * discards every refusal. Discards a consent as soon as the setting no longer wants the token. Never rejects.
   */
  async followSetting(): Promise<boolean> {
    const mode = this.#mode();
    const hasChanged = this.#lastMode !== undefined && this.#lastMode !== mode;
    this.#lastMode = mode;
    if (hasChanged) this.#offered.clear();
    const answers = this.#answers();
    const kept = answers.filter(
      ({ serviceId, allowed }) => wantsToken(mode, serviceId) && (allowed || !hasChanged),
    );
    if (kept.length < answers.length) await this.#write(kept);
    return hasChanged;
  }

  /**
   * Asks about the first of these sessions that this window has not asked about. `isExpected`: the user has just
   * changed the setting here, requested the question, or answered for another account. An unexpected or repeated
   * question is only offered: a dialog interrupts, and a program can change the setting as often as it likes. Never
   * rejects. True when the caller should call again, with the next question expected.
   */
  async ask(waiting: readonly LiveSession[], isExpected: boolean): Promise<boolean> {
    const session = waiting.find(({ id }) => !this.#offered.has(id));
    if (session === undefined || this.#isAsking) return false;
    this.#offered.add(session.id);
    try {
      if (isExpected && !this.#asked.has(session.id)) return await this.#ask(session);
      if (!(await this.#questions.offer(session))) return false;
      // The message may have waited behind the bell for hours, and the answer may have been given since.
      this.#offered.delete(session.id);
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
      // Ignores the answer of a closing window, and one that the setting no longer calls for.
      if (allowed === undefined || this.#runtime.closed.aborted) return false;
      if (!wantsToken(this.#mode(), serviceId)) return false;
      if (this.answer(id) !== undefined) return true; // answered in another window since: the first answer counts
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
