import * as vscode from 'vscode';

import type { Disposable } from '../base/emitter.ts';
import { describeError, type Log } from '../base/log.ts';
import { runGuarded } from './guardedCommands.ts';
import type { ServiceProvider } from '../provider/provider.ts';
import type { LostSession, RevocationWaits, SessionNotice } from '../sessions/notices.ts';
import type { LiveSession, Session } from '../sessions/record.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { runEditorCommand } from '../signIn/editorCommands.ts';
import { offerIdentity } from '../signIn/outcomeMessages.ts';
import { lossPlace, lostMessage } from './lostMessages.ts';

/** The anchor of the README's section on lost sessions. */
const LOST_SESSIONS = 'i-am-signed-out-after-every-restart';

/** Shows the notices about sessions as messages, each with a button for what to do next. */
export class NoticeMessages implements Disposable {
  readonly #sessions: Pick<Sessions, 'onNotice' | 'find' | 'revocations'>;
  readonly #providers: readonly ServiceProvider[];
  readonly #readme: vscode.Uri;
  readonly #showIdentity: (record: LiveSession) => void;
  readonly #log: Log;
  readonly #subscription: Disposable;

  /** `extension`: the folder of the extension. */
  constructor(
    sessions: Pick<Sessions, 'onNotice' | 'find' | 'revocations'>,
    providers: readonly ServiceProvider[],
    extension: vscode.Uri,
    showIdentity: (record: LiveSession) => void,
    log: Log,
  ) {
    this.#showIdentity = showIdentity;
    this.#log = log;
    this.#sessions = sessions;
    this.#providers = providers;
    this.#readme = vscode.Uri.joinPath(extension, 'readme.md');
    this.#subscription = sessions.onNotice((notice) => {
      this.#show(notice);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #show(notice: SessionNotice): void {
    switch (notice.kind) {
      case 'endsSoon':
        this.#endsSoon(notice.record);
        break;
      case 'ended':
        this.#ended(notice.record);
        break;
      case 'rejected':
        this.#rejected(notice.record);
        break;
      case 'notStored':
        void this.#tellNotStored(notice.record);
        break;
      case 'completed':
        this.#completed(notice.before, notice.record);
        break;
      case 'identityChoice':
        void this.#offerChoice(notice.record);
        break;
      case 'revocationWaits':
        void this.#tellRevocationWaits(notice);
        break;
      case 'lost': {
        const [first] = notice.sessions;
        if (first !== undefined) void this.#tellLost(first);
      }
    }
  }

  #endsSoon(record: LiveSession): void {
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

  #ended(record: Session): void {
    const message = vscode.l10n.t({
      message: 'Your {0} session as {1} has expired. Sign in again to continue.',
      args: [...this.#names(record)],
      comment: '{0}: a service, {1}: an account',
    });
    void this.#tell(vscode.window.showInformationMessage, message, record);
  }

  #rejected(record: LiveSession): void {
    const message = vscode.l10n.t(
      '{0} no longer accepts your session as {1} because it was ended there. Sign in again to continue.',
      ...this.#names(record),
    );
    void this.#tell(vscode.window.showWarningMessage, message, record);
  }

  async #tellNotStored({ serviceId }: LiveSession): Promise<void> {
    const diagnose = vscode.l10n.t('Diagnose');
    const message = vscode.l10n.t(
      'You are signed in to {0} only until you close this window, because VS Code can’t store your session. If your system has a keyring, unlock it: then the session is stored.',
      this.#labelOf(serviceId),
    );
    if ((await vscode.window.showWarningMessage(message, diagnose)) === diagnose)
      await runEditorCommand(this.#log, 'bapIdentity.diagnose');
  }

  #completed(before: Session, record: LiveSession): void {
    const [service, account] = this.#names(record);
    const message = vscode.l10n.t({
      message:
        'Your {0} account is now {1} instead of {2}, because {0} didn’t say who you are until now. Extensions that use it may ask for access again.',
      args: [service, account, before.person.accountLabel],
      comment: '{0}: a service, {1} and {2}: accounts',
    });
    void offerIdentity(message, record, this.#showIdentity);
  }

  async #offerChoice(record: LiveSession): Promise<void> {
    const choose = vscode.l10n.t('Choose an Identity…');
    const [service, account] = this.#names(record);
    const message = vscode.l10n.t({
      message: '{0} can tell who you are again. Choose which of your identities to use instead of {1}.',
      args: [service, account],
      comment: '{0}: a service, {1}: an account',
    });
    if ((await vscode.window.showInformationMessage(message, choose)) === choose)
      this.#providerOf(record.serviceId)?.chooseIdentity(record.id);
  }

  async #tellRevocationWaits({ serviceId, because, ids }: RevocationWaits): Promise<void> {
    const forget = vscode.l10n.t({
      message: 'Forget It',
      comment: 'A button: stop trying to end the session at the service',
    });
    const label = this.#labelOf(serviceId);
    const message =
      because === 'signOut'
        ? vscode.l10n.t(
            'You are signed out of {0} here. {0} couldn’t be reached and still knows this session. It will be ended there as soon as possible.',
            label,
          )
        : vscode.l10n.t(
            '{0} couldn’t be reached and still knows a session that is no longer used here. It will be ended there as soon as possible.',
            label,
          );
    if ((await vscode.window.showWarningMessage(message, forget)) === forget)
      await this.#sessions.revocations.forget(ids);
  }

  async #tellLost({ serviceId, scopes }: LostSession): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    const learnMore = vscode.l10n.t('Learn More');
    const answer = await vscode.window.showWarningMessage(
      lostMessage(this.#labelOf(serviceId), lossPlace(vscode.env)),
      signIn,
      learnMore,
    );
    if (answer === signIn) await this.#signIn(serviceId, scopes);
    if (answer === learnMore)
      await runEditorCommand(
        this.#log,
        'markdown.showPreview',
        this.#readme.with({ fragment: LOST_SESSIONS }),
      );
  }

  async #tell(
    show: (message: string, ...buttons: string[]) => Thenable<string | undefined>,
    message: string,
    { id, serviceId, scopes, version, person }: Session,
  ): Promise<void> {
    const signIn = vscode.l10n.t('Sign In');
    if ((await show(message, signIn)) !== signIn) return;
    // A message can wait behind the bell for hours, and the user may have signed in since.
    const now = this.#sessions.find(id)?.record;
    if (now === undefined || now.version.signIn === version.signIn) await this.#signIn(serviceId, scopes);
    else
      void vscode.window.showInformationMessage(
        vscode.l10n.t('You are signed in to {0} as {1}.', this.#labelOf(serviceId), person.accountLabel),
      );
  }

  /** Signs in for the same scopes again. */
  async #signIn(serviceId: string, scopes: readonly string[]): Promise<void> {
    try {
      await runGuarded(async () => {
        await this.#providerOf(serviceId)?.createSession(scopes);
      });
    } catch (error) {
      this.#log.warn(`The sign-in from a message failed: ${describeError(error)}.`);
    }
  }

  #labelOf(serviceId: string): string {
    return this.#providerOf(serviceId)?.service.label ?? serviceId;
  }

  #providerOf(serviceId: string): ServiceProvider | undefined {
    return this.#providers.find(({ service }) => service.id === serviceId);
  }

  #names({ serviceId, person }: Session): [service: string, account: string] {
    return [this.#labelOf(serviceId), person.accountLabel];
  }
}
