import * as vscode from 'vscode';

import type { SessionNotices } from '../sessions/sessionNotices.ts';
import type { IdentityService } from '../services/service.ts';
import type { KnownSession } from '../sessions/sessionIndex.ts';
import type { SessionRecord } from '../sessions/sessionRecord.ts';
import type { SessionStore } from '../sessions/sessionStore.ts';

/** The heading of the README's part on it, as a link names it. */
const LOST_SESSIONS = 'i-am-signed-out-after-every-restart';

/** Tells the person what became of their sessions, with the way back in one click. */
export class SessionMessages implements SessionNotices {
  readonly #services: readonly Pick<IdentityService, 'id' | 'label'>[];
  readonly #store: SessionStore;
  readonly #readme: vscode.Uri;

  constructor(
    services: readonly Pick<IdentityService, 'id' | 'label'>[],
    store: SessionStore,
    extension: vscode.Uri,
  ) {
    this.#services = services;
    this.#store = store;
    this.#readme = vscode.Uri.joinPath(extension, 'readme.md');
  }

  endsSoon(record: SessionRecord): void {
    // With its zone: where extensions run on another machine, so do their clocks.
    const time = new Intl.DateTimeFormat(vscode.env.language, {
      hour: 'numeric',
      minute: '2-digit',
      timeZoneName: 'short',
    });
    const message = vscode.l10n.t(
      'Your session with {0} as {1} ends at {2}. Sign in again to stay signed in.',
      ...this.#names(record),
      time.format(record.expiresAtMs),
    );
    void this.#tell(vscode.window.showInformationMessage, message, record);
  }

  ended(record: SessionRecord): void {
    const message = vscode.l10n.t(
      'Your session with {0} as {1} has reached its end. Sign in again to go on.',
      ...this.#names(record),
    );
    void this.#tell(vscode.window.showInformationMessage, message, record);
  }

  rejected(record: SessionRecord): void {
    const message = vscode.l10n.t(
      '{0} no longer accepts your session as {1}: it was ended there. Sign in again to go on.',
      ...this.#names(record),
    );
    void this.#tell(vscode.window.showWarningMessage, message, record);
  }

  lost(sessions: readonly KnownSession[]): void {
    const [first] = sessions;
    if (first !== undefined) void this.#tellLost(first);
  }

  async #tellLost({ provider, scopes }: KnownSession): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    const learnMore = vscode.l10n.t('Learn More');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        'You are signed out of {0}: VS Code could not keep your session, most likely because this system has no keyring. Sign in again, or learn how to make it last.',
        this.#labelOf(provider),
      ),
      signIn,
      learnMore,
    );
    if (answer === signIn) await vscode.commands.executeCommand('bapIdentity.signIn', { provider, scopes });
    if (answer === learnMore)
      await vscode.commands.executeCommand(
        'markdown.showPreview',
        this.#readme.with({ fragment: LOST_SESSIONS }),
      );
  }

  async #tell(
    show: (message: string, ...buttons: string[]) => Thenable<string | undefined>,
    message: string,
    { id, provider, scopes, createdAtMs, person }: SessionRecord,
  ): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    if ((await show(message, signIn)) !== signIn) return;
    const now = this.#store.get(id);
    // A message can wait behind the bell for hours.
    if (now === undefined || now.createdAtMs === createdAtMs)
      await vscode.commands.executeCommand('bapIdentity.signIn', { provider, scopes });
    else
      void vscode.window.showInformationMessage(
        vscode.l10n.t('You are signed in with {0} as {1}.', this.#labelOf(provider), person.accountLabel),
      );
  }

  #labelOf(provider: string): string {
    return this.#services.find(({ id }) => id === provider)?.label ?? provider;
  }

  #names({ provider, person }: SessionRecord): [service: string, account: string] {
    return [this.#labelOf(provider), person.accountLabel];
  }
}
