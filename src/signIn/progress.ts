import * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { abortable } from '../base/timeLimit.ts';
import type { Contact } from '../oauth/judge.ts';
import type { IdentityChoice, PendingSignIn } from '../services/service.ts';
import { copyToClipboard } from './clipboard.ts';
import { hideNotifications, openAddress, runEditorCommand, showNotifications } from './editorCommands.ts';
import { IdentityPicker } from './identityPicker.ts';
import type { Copied, SignInAction, SignInState } from './progressMessage.ts';
import { askToCopy } from './outcomeMessages.ts';
import { LastingNotification } from './lastingNotification.ts';
import { QrPanel } from './qrPanel.ts';
import type { SignInProgress } from './signInUi.ts';
import { StatusItem, statusText } from './statusBar.ts';

/** The service has answered last: it has sent the code, or the token. */
const SERVICE: Contact = { kind: 'service' };
/** VS Code delays a progress report that closely follows another one. The list must open after it. */
const REPORT_DELAY_MS = 200;

/** One sign-in as a notification that stays until the sign-in ends. */
export class ProgressNotification implements SignInProgress {
  readonly serviceLabel: string;
  readonly #canceled = new AbortController();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onClose: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #qr: QrPanel;
  readonly #notification: LastingNotification;
  readonly #status: StatusItem;
  #isAsking = false;
  #state: SignInState = { phase: 'starting' };
  #startAgain: (() => void) | undefined;
  #picker: IdentityPicker | undefined;
  #showing: ReturnType<typeof setTimeout> | undefined;

  /** `textOf` formats the notification for a state. */
  constructor(
    serviceLabel: string,
    clock: Clock,
    log: Log,
    textOf: (state: SignInState) => string,
    onClose: () => void,
  ) {
    this.serviceLabel = serviceLabel;
    this.#clock = clock;
    this.#log = log;
    this.#qr = new QrPanel(serviceLabel);
    this.#status = new StatusItem(log);
    this.#onClose = onClose;
    this.#notification = new LastingNotification(
      vscode.l10n.t('Sign in with {0}', serviceLabel),
      () => textOf(this.#state),
      this.cancel,
    );
    this.#notification.open();
    this.#timer = setInterval(() => {
      this.#render();
    }, 1_000);
  }

  get canceled(): AbortSignal {
    return this.#canceled.signal;
  }

  get state(): SignInState {
    return this.#state;
  }

  pending(signIn: PendingSignIn, isResumed: boolean): void {
    this.#set({ phase: 'pending', signIn, isResumed, contact: SERVICE });
    clearTimeout(this.#showing);
    this.#showing = setTimeout(() => {
      showNotifications(this.#log);
    }, REPORT_DELAY_MS);
  }

  contact(contact: Contact): void {
    const { phase } = this.#state;
    if (phase === 'pending' || phase === 'finishing') this.#set({ ...this.#state, contact });
  }

  expired(signal: AbortSignal): Promise<void> {
    const hasCode = this.#state.phase === 'pending' && this.#state.signIn.userCode !== undefined;
    this.#set({ phase: 'expired', hasCode });
    return new Promise((resolve, reject) => {
      this.#startAgain = () => {
        this.#set({ phase: 'starting' });
        resolve();
      };
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  }

  finishing(): void {
    this.#set({ phase: 'finishing', contact: SERVICE });
  }

  async choose(choice: IdentityChoice, deadlineMs: number, signal: AbortSignal): Promise<string | undefined> {
    this.#set({ phase: 'choosing', deadlineMs });
    const picker = new IdentityPicker(this.serviceLabel, choice, () => {
      this.#notification.open();
    });
    this.#picker = picker;
    this.showQuestion();
    try {
      const answer = await abortable(picker.answer, signal);
      if (answer !== 'cancel') return answer.id;
      this.cancel();
      throw this.#canceled.signal.reason;
    } finally {
      this.#picker = undefined;
      picker.dispose();
    }
  }

  /** Shows the list of identities if the sign-in waits for an answer from it. Returns whether it does. */
  showQuestion(): boolean {
    if (this.#picker === undefined) return false;
    hideNotifications(this.#log); // while they are open, Escape closes them and not the list
    this.#picker.show();
    return true;
  }

  readonly cancel = (): void => {
    this.#canceled.abort();
  };

  /**
   * Runs an action from a link in the notification or from a command. Does nothing in a state without this action.
   * Returns false when the user is asked first and says no.
   */
  async act(action: SignInAction, by: 'link' | 'command'): Promise<boolean> {
    if (action === 'startAgain' && this.#state.phase === 'expired') this.#startAgain?.();
    if (action === 'choose') this.showQuestion();
    if (action === 'diagnose') await runEditorCommand(this.#log, 'bapIdentity.diagnose');
    if (action === 'openHost' && 'contact' in this.#state && this.#state.contact.kind === 'somethingElse')
      await openAddress(this.#log, this.#state.contact.origin);
    if (this.#state.phase !== 'pending') return true;
    const { signIn } = this.#state;
    if (action === 'openPage') await openAddress(this.#log, signIn.browserUri);
    if (action === 'showQr') this.#qr.show(signIn);
    if (action === 'copyCode' || action === 'copyLink') return this.#copy(action, signIn, by);
    return true;
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#showing);
    this.#qr.close();
    this.#status.dispose();
    this.#notification.close();
    this.#onClose();
  }

  async #copy(
    action: 'copyCode' | 'copyLink',
    signIn: PendingSignIn,
    by: 'link' | 'command',
  ): Promise<boolean> {
    const text = action === 'copyCode' ? signIn.userCode : signIn.browserUri;
    let outcome: Copied['outcome'] = 'noCode';
    if (text !== undefined) {
      // The code is shown next to its link, so that link needs no question.
      const isAsked = action === 'copyLink' || by === 'command';
      if (isAsked && !(await this.#askToCopy(action, signIn))) return false;
      if (this.#state.phase !== 'pending' || this.#state.signIn !== signIn) return true; // it has expired since
      outcome = await copyToClipboard(text, this.#log);
    }
    if (this.state.phase === 'pending') this.#set({ ...this.state, copied: { action, outcome } }); // it may have expired
    return true;
  }

  /** One question at a time: an extension can run the command again and again. */
  async #askToCopy(action: 'copyCode' | 'copyLink', signIn: PendingSignIn): Promise<boolean> {
    if (this.#isAsking) return false;
    this.#isAsking = true;
    try {
      return await askToCopy(action, this.serviceLabel, signIn);
    } finally {
      this.#isAsking = false;
    }
  }

  #set(state: SignInState): void {
    this.#state = state;
    if (state.phase !== 'pending') {
      this.#qr.close(); // the code that it shows has ended
      clearTimeout(this.#showing); // the list would take Escape from the question that may come
    }
    this.#render();
  }

  #render(): void {
    this.#status.show(statusText(this.serviceLabel, this.#state, this.#clock.now()));
    this.#notification.render();
  }
}
