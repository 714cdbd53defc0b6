import * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { IdentityService } from '../services/service.ts';
import type { LiveSession } from '../sessions/record.ts';
import {
  hideNotifications,
  linkCommand,
  setContext,
  showNotifications,
  tryRegisterCommands,
} from './editorCommands.ts';
import { type SignInAction, progressMessage } from './progressMessage.ts';
import {
  showChoseNone,
  showFailure,
  showNoIdentity,
  showSignedIn,
  showSignedInElsewhere,
} from './outcomeMessages.ts';
import { registerPaletteCommands } from './paletteCommands.ts';
import { ProgressNotification } from './progress.ts';
import type { SignInError, SignInProgress, SignInUi } from './signInUi.ts';
import { SHOW_NOTIFICATION } from './statusBar.ts';

/** True during a sign-in, when the palette has the commands for it. */
const SIGNING_IN = 'bapIdentity.signingIn';
/** The notification's links. They are not in the palette, and do nothing without the ID of a sign-in. */
const ACTIONS: readonly SignInAction[] = [
  'copyCode',
  'copyLink',
  'openPage',
  'showQr',
  'startAgain',
  'choose',
  'diagnose',
  'openHost',
];
/** Shows every sign-in of this window and its outcome. */
export class SignInNotifications implements SignInUi {
  readonly #clock: Clock;
  readonly #channel: vscode.LogOutputChannel;
  readonly #log: Log;
  readonly #showIdentity: (record: LiveSession) => void;
  readonly #running = new Map<string, ProgressNotification>();

  /** `channel` shows the log, and `showIdentity` the identity page of a session. */
  constructor(
    clock: Clock,
    channel: vscode.LogOutputChannel,
    log: Log,
    showIdentity: (record: LiveSession) => void,
  ) {
    this.#clock = clock;
    this.#channel = channel;
    this.#log = log;
    this.#showIdentity = showIdentity;
  }

  /** Registers the commands behind the notification's links and the palette's commands for sign-ins in progress. */
  registerSignInCommands(): vscode.Disposable {
    this.#updateContextKey(); // an extension host that crashed has left it as it was
    const links = ACTIONS.map((action) => {
      const act = async (id: unknown): Promise<void> => {
        await (typeof id === 'string' ? this.#running.get(id)?.act(action, 'link') : undefined);
      };
      return [linkCommand(action), act] as const;
    });
    return vscode.Disposable.from(
      tryRegisterCommands(
        {
          ...Object.fromEntries(links),
          [SHOW_NOTIFICATION]: () => {
            showNotifications(this.#log);
          },
        },
        this.#log,
      ),
      registerPaletteCommands(() => [...this.#running.values()], this.#clock, this.#log),
    );
  }

  open(serviceLabel: string): SignInProgress {
    const id = crypto.randomUUID(); // no other extension can guess it (see `askToCopy` for what it could do with it)
    const link = (action: SignInAction, text: string): string => {
      const unbroken = text.replaceAll(' ', '\u00a0');
      return `[${unbroken}](command:${linkCommand(action)}?${encodeURIComponent(JSON.stringify([id]))} "${text}")`;
    };
    const progress = new ProgressNotification(
      serviceLabel,
      this.#clock,
      this.#log,
      (state) => progressMessage(serviceLabel, state, this.#clock.now(), link),
      () => {
        this.#running.delete(id);
        this.#updateContextKey();
        if (this.#running.size === 0) hideNotifications(this.#log);
      },
    );
    this.#running.set(id, progress);
    this.#updateContextKey();
    return progress;
  }

  signedIn({ label }: IdentityService, record: LiveSession, isAwaited: boolean): void {
    void showSignedIn(label, record, isAwaited, this.#showIdentity);
  }

  signedInElsewhere({ label }: IdentityService, record: LiveSession): void {
    void showSignedInElsewhere(label, record, this.#showIdentity);
  }

  failed(error: SignInError): void {
    void showFailure(error, this.#channel, this.#log);
  }

  hasNoBapIdentity({ label, identitiesAt }: IdentityService): void {
    if (identitiesAt !== undefined) void showNoIdentity(label, identitiesAt, this.#log);
  }

  choseNoIdentity({ label }: IdentityService): void {
    void showChoseNone(label, this.#log);
  }

  showQuestion(serviceLabel: string): boolean {
    const ofService = [...this.#running.values()].filter((signIn) => signIn.serviceLabel === serviceLabel);
    return ofService.some((signIn) => signIn.showQuestion());
  }

  remind(): void {
    showNotifications(this.#log);
  }

  #updateContextKey(): void {
    setContext(this.#log, SIGNING_IN, this.#running.size > 0);
  }
}
