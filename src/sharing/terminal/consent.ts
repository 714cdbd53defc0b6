import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { LiveSession } from '../../sessions/record.ts';
import type { TerminalMode } from './variables.ts';

/** The setting `bapIdentity.terminal.environment`, and what the person is asked and told of it. */
export interface TerminalSetting {
  mode(): TerminalMode;
  /** Rejects with VS Code's error when the person's settings cannot be written. */
  set(mode: TerminalMode): Promise<void>;
  /** May every program in new terminals have the token of this account? False also when the person closes the question. */
  ask(accountLabel: string): Promise<boolean>;
  /** Tells that no token is handed out, and how to change that. `back`: what the setting is again. */
  tellRefused(accountLabel: string, back: TerminalMode | undefined): void;
}

const KEY = 'terminalTokenAnswers';
/** By the id of the session: it outlives the end of the session, and is gone with the sign-out. No secret, no name. */
const Answers = z.array(z.object({ id: z.string(), allowed: z.boolean() }));

/**
 * Asks the person before a token of Sigma Identity is handed to terminals, and remembers the answer for all windows in
 * the extension's global state. Whoever switches the setting off and on again is asked again.
 */
export class TokenConsent {
  readonly #setting: TerminalSetting;
  readonly #memento: vscode.Memento;
  readonly #runtime: Pick<Runtime, 'log' | 'closed'>;
  /** What the setting was before the person switched it on in this window. */
  #before: TerminalMode | undefined;
  #lastMode: TerminalMode | undefined;
  #isAsking = false;

  constructor(setting: TerminalSetting, memento: vscode.Memento, runtime: Pick<Runtime, 'log' | 'closed'>) {
    this.#setting = setting;
    this.#memento = memento;
    this.#runtime = runtime;
  }

  /** Undefined for a session for which nobody has answered. */
  answer(id: string): boolean | undefined {
    return this.#answers().find((each) => each.id === id)?.allowed;
  }

  /** Call at the start, and when the setting has changed. Never rejects. */
  async followSetting(): Promise<void> {
    const mode = this.#setting.mode();
    if (mode === this.#lastMode) return;
    const isOn = mode === 'identityAndTokens';
    this.#before = isOn ? this.#lastMode : undefined;
    this.#lastMode = mode;
    if (!isOn && this.#answers().length > 0) await this.#write(undefined);
  }

  /**
   * Asks for the token of this session. Never rejects. False when there is no answer, or when this window is asking
   * already. The first answer counts, if the person goes to another window in between and is asked there too.
   */
  async ask({ id, person: { accountLabel } }: LiveSession): Promise<boolean> {
    if (this.#isAsking) return false;
    this.#isAsking = true;
    const { closed, log } = this.#runtime;
    try {
      const allowed = await this.#setting.ask(accountLabel);
      // The answer of a window that closes is none.
      if (closed.aborted || this.#setting.mode() !== 'identityAndTokens') return false;
      if (this.answer(id) !== undefined) return true;
      await this.#write([...this.#answers(), { id, allowed }]);
      if (!allowed) await this.#refuse(accountLabel);
      this.#before = undefined;
      return this.answer(id) !== undefined;
    } catch (error) {
      if (!closed.aborted) log.warn(`The question about terminals failed: ${describeError(error)}.`);
      return false;
    } finally {
      this.#isAsking = false;
    }
  }

  /** A switch that the person takes back goes back. The refusal stays where the setting was on before. */
  async #refuse(accountLabel: string): Promise<void> {
    let back = this.#before;
    try {
      if (back !== undefined) await this.#setting.set(back);
    } catch (error) {
      back = undefined;
      this.#runtime.log.warn(`The setting for terminals stays: ${describeError(error)}.`);
    }
    this.#setting.tellRefused(accountLabel, back);
  }

  #answers(): z.infer<typeof Answers> {
    return z.safeParse(Answers, this.#memento.get(KEY)).data ?? [];
  }

  async #write(answers: z.infer<typeof Answers> | undefined): Promise<void> {
    try {
      await this.#memento.update(KEY, answers);
    } catch (error) {
      this.#runtime.log.warn(`The answer about terminals is not stored: ${describeError(error)}.`);
    }
  }
}
