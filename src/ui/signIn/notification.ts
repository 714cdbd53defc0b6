import * as vscode from 'vscode';

import type { Clock } from '../../base/clock.ts';
import type { SignInError } from '../../provider/signInError.ts';
import type { SignInScreen, SignInView } from '../../provider/signInView.ts';
import type { IdentityChoice, IdentityService, PendingSignIn } from '../../services/service.ts';
import { showFailure } from './failureMessage.ts';
import { pickIdentity } from './identityPicker.ts';
import { showNoIdentity } from './noIdentityMessage.ts';
import { openAddress } from './openAddress.ts';
import { QrPanel } from './qrPanel.ts';
import { type SignInAction, signInMessage, type SignInState } from './message.ts';

/** The links of the notification. They are not in the palette, and do nothing without the id of a sign-in. */
const ACTIONS: readonly SignInAction[] = ['copy', 'openBrowser', 'showQr', 'startAgain'];
const commandOf = (action: SignInAction): string => `_bapIdentity.signIn.${action}`;

/**
 * Shows each sign-in as one progress notification. Unlike a message with buttons it stays until the sign-in ends,
 * and its links can be used again and again.
 */
export class SignInNotification implements SignInView, vscode.Disposable {
  readonly #clock: Clock;
  readonly #log: vscode.LogOutputChannel;
  readonly #screens = new Map<string, Screen>();
  readonly #commands: vscode.Disposable[];

  constructor(clock: Clock, log: vscode.LogOutputChannel) {
    this.#clock = clock;
    this.#log = log;
    this.#commands = ACTIONS.map((action) =>
      vscode.commands.registerCommand(commandOf(action), async (id: unknown) => {
        await (typeof id === 'string' ? this.#screens.get(id)?.act(action) : undefined);
      }),
    );
  }

  open(serviceLabel: string): SignInScreen {
    const id = crypto.randomUUID(); // no other extension can guess it and act for the person
    const link = (action: SignInAction, text: string): string => {
      const unbroken = text.replaceAll(' ', '\u00a0');
      return `[${unbroken}](command:${commandOf(action)}?${encodeURIComponent(JSON.stringify([id]))} "${text}")`;
    };
    const textOf = (state: SignInState): string => signInMessage(state, this.#clock.now(), link);
    const screen = new Screen(serviceLabel, textOf, () => this.#screens.delete(id));
    this.#screens.set(id, screen);
    return screen;
  }

  failed(error: SignInError): void {
    void showFailure(error, this.#log);
  }

  hasNoBapIdentity({ label, identitiesAt }: IdentityService): void {
    if (identitiesAt !== undefined) void showNoIdentity(label, identitiesAt);
  }

  remind(): void {
    void vscode.commands.executeCommand('notifications.showList');
  }

  dispose(): void {
    for (const command of this.#commands) command.dispose();
  }
}

/** One notification: its state, and what its links do. */
class Screen implements SignInScreen {
  readonly #cancelled = new AbortController();
  readonly #closed = Promise.withResolvers<undefined>();
  readonly #textOf: (state: SignInState) => string;
  readonly #onClose: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #qr: QrPanel;
  readonly #serviceLabel: string;
  #progress: vscode.Progress<{ message: string }> | undefined;
  #shown = '';
  #state: SignInState = { phase: 'starting' };
  #startAgain: (() => void) | undefined;

  /** `textOf` gives the text of the notification in a state. */
  constructor(serviceLabel: string, textOf: (state: SignInState) => string, onClose: () => void) {
    this.#serviceLabel = serviceLabel;
    this.#qr = new QrPanel(serviceLabel);
    this.#textOf = textOf;
    this.#onClose = onClose;
    const options: vscode.ProgressOptions = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Sign in with {0}', serviceLabel),
      cancellable: true,
    };
    void vscode.window.withProgress(options, (progress, token) => {
      this.#progress = progress;
      token.onCancellationRequested(() => {
        this.#cancelled.abort();
      });
      this.#render();
      return this.#closed.promise;
    });
    this.#timer = setInterval(() => {
      this.#render();
    }, 1_000);
  }

  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  pending(signIn: PendingSignIn): void {
    this.#set({ phase: 'pending', signIn, copied: false, reached: true });
  }

  contact(reached: boolean): void {
    if (this.#state.phase === 'pending') this.#set({ ...this.#state, reached });
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
    this.#set({ phase: 'finishing' });
  }

  async choose(choice: IdentityChoice, signal: AbortSignal): Promise<string | undefined> {
    this.#set({ phase: 'choosing' });
    const chosen = await pickIdentity(this.#serviceLabel, choice, signal);
    if (chosen !== 'cancelled') return chosen.id;
    this.#cancelled.abort();
    throw this.#cancelled.signal.reason;
  }

  async act(action: SignInAction): Promise<void> {
    if (action === 'startAgain' && this.#state.phase === 'expired') this.#startAgain?.();
    if (this.#state.phase !== 'pending') return;
    const { signIn } = this.#state;
    if (action === 'openBrowser') await openAddress(signIn.browserUri);
    if (action === 'showQr') this.#qr.show(signIn);
    if (action === 'copy') {
      await vscode.env.clipboard.writeText(signIn.userCode ?? signIn.browserUri);
      this.#set({ ...this.#state, copied: true });
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#qr.close();
    this.#onClose();
    this.#closed.resolve(undefined);
  }

  #set(state: SignInState): void {
    this.#state = state;
    if (state.phase !== 'pending') this.#qr.close(); // the code that it shows has ended
    this.#render();
  }

  /** Reports a new text only: a screen reader reads every report aloud. */
  #render(): void {
    const message = this.#textOf(this.#state);
    if (this.#progress === undefined || message === this.#shown) return;
    this.#progress.report({ message });
    this.#shown = message;
  }
}
