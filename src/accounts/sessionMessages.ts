import * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { IdentityService } from '../services/service.ts';
import type { IndexEntry } from '../sessions/lost.ts';
import type { SessionNotices } from '../sessions/notices.ts';
import type { EndedSession, LiveSession } from '../sessions/record.ts';

/** The heading of the README's part on lost sessions, as a link names it. */
const LOST_SESSIONS = 'i-am-signed-out-after-every-restart';

/** What the buttons of the messages need. */
export interface SessionActions {
  /** The session as it is now, if it is live and its server is the one in the settings. */
  readonly live: (id: string) => LiveSession | undefined;
  /** Signs in for the same scopes again, and tells the person of it. Never rejects. */
  readonly signIn: (serviceId: string, scopes: readonly string[]) => Promise<void>;
}

/** Tells the person what became of their sessions, with the way back in one click. */
export class SessionMessages implements SessionNotices {
  readonly #services: readonly Pick<IdentityService, 'id' | 'label'>[];
  readonly #actions: SessionActions;
  readonly #readme: vscode.Uri;

  constructor(
    services: readonly Pick<IdentityService, 'id' | 'label'>[],
    actions: SessionActions,
    extension: vscode.Uri,
  ) {
    this.#services = services;
    this.#actions = actions;
    this.#readme = vscode.Uri.joinPath(extension, 'readme.md');
  }

  endsSoon(record: LiveSession): void {
    // With its time zone: the extension may run on another machine.
    const time = new Intl.DateTimeFormat(vscode.env.language, {
      hour: 'numeric',
      minute: '2-digit',
      timeZoneName: 'short',
    });
    const message = vscode.l10n.t({
      message: 'Your {0} session as {1} expires at {2}. Sign in again to stay signed in.',
      args: [...this.#names(record), time.format(record.grant.expiresAtMs)],
      comment: '{0}: a service, {1}: an account, {2}: a time of day',
    });
    void this.#tell(vscode.window.showInformationMessage, message, record);
  }

  ended(record: LiveSession | EndedSession): void {
    const message = vscode.l10n.t({
      message: 'Your {0} session as {1} has expired. Sign in again to continue.',
      args: [...this.#names(record)],
      comment: '{0}: a service, {1}: an account',
    });
    void this.#tell(vscode.window.showInformationMessage, message, record);
  }

  rejected(record: LiveSession): void {
    const message = vscode.l10n.t(
      '{0} no longer accepts your session as {1} because it was ended there. Sign in again to continue.',
      ...this.#names(record),
    );
    void this.#tell(vscode.window.showWarningMessage, message, record);
  }

  lost(sessions: readonly IndexEntry[]): void {
    const [first] = sessions;
    if (first !== undefined) void this.#tellLost(first);
  }

  async #tellLost({ serviceId, scopes }: IndexEntry): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    const learnMore = vscode.l10n.t('Learn More');
    const answer = await vscode.window.showWarningMessage(
      lostMessage(this.#labelOf(serviceId), vscode.env),
      signIn,
      learnMore,
    );
    if (answer === signIn) await this.#actions.signIn(serviceId, scopes);
    if (answer === learnMore)
      await vscode.commands.executeCommand(
        'markdown.showPreview',
        this.#readme.with({ fragment: LOST_SESSIONS }),
      );
  }

  async #tell(
    show: (message: string, ...buttons: string[]) => Thenable<string | undefined>,
    message: string,
    { id, serviceId, scopes, version, person }: LiveSession | EndedSession,
  ): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    if ((await show(message, signIn)) !== signIn) return;
    // A message can wait behind the bell for hours, and the person may have signed in since.
    const now = this.#actions.live(id);
    if (now === undefined || now.version.signIn === version.signIn)
      await this.#actions.signIn(serviceId, scopes);
    else
      void vscode.window.showInformationMessage(
        vscode.l10n.t('You are signed in to {0} as {1}.', this.#labelOf(serviceId), person.accountLabel),
      );
  }

  #labelOf(serviceId: string): string {
    return this.#services.find(({ id }) => id === serviceId)?.label ?? serviceId;
  }

  #names({ serviceId, person }: LiveSession | EndedSession): [service: string, account: string] {
    return [this.#labelOf(serviceId), person.accountLabel];
  }
}

/** VS Code 1.110 and later say so. */
const Portable = z.object({ isAppPortable: z.literal(true) });

/** True in portable mode. `env`: `vscode.env`, which has members in newer versions that our types do not have. */
export function isPortable(env: unknown): boolean {
  return z.safeParse(Portable, env).success;
}

/**
 * Says that the sessions with a service are gone, and why. `label`: the service's name. `env`: see `isPortable`.
 */
export function lostMessage(label: string, env: unknown): string {
  return isPortable(env)
    ? vscode.l10n.t(
        'You have been signed out of {0}: VS Code couldn’t keep your session. It is running in portable mode, where stored secrets can be lost. Sign in again, or learn how to stay signed in.',
        label,
      )
    : vscode.l10n.t(
        'You have been signed out of {0}: VS Code couldn’t keep your session, most likely because this system has no keyring. Sign in again, or learn how to stay signed in.',
        label,
      );
}
