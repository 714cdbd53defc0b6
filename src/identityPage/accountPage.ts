import * as vscode from 'vscode';

import { type AccountItem, allAccounts, whyDormant } from '../accounts/accountPicker.ts';
import { askAndSignOut } from '../accounts/commands.ts';
import { describeError } from '../base/log.ts';
import { safeText } from '../base/safeText.ts';
import { shortAddress } from '../http/address.ts';
import { runGuarded } from '../accounts/guardedCommands.ts';
import type { ServiceProvider } from '../provider/provider.ts';
import { type Account, sameAccount } from '../sessions/accounts.ts';
import type { EndedSession, LiveSession } from '../sessions/record.ts';
import type { Mcp } from '../sharing/mcp/mcp.ts';
import { type IdentityCard, identityCard } from './card.ts';
import { ClawNet, type ClawNetContext } from './clawNet.ts';
import { clawNetHtml, clawNetStatus } from './clawNetHtml.ts';
import {
  type Action,
  type ClawNetPart,
  type IdentityPage,
  type PanelContent,
  signedInPage,
  signedOutPage,
} from './page.ts';
import { identityTexts } from './texts.ts';

type PageMcp = Pick<Mcp, 'allowedFor' | 'takeBack'>;

/** What the page of one account shows, and what its buttons do. */
export class AccountPage implements PanelContent {
  readonly #provider: ServiceProvider;
  readonly #account: Account;
  /** See `trustedExtensionsCommand`. */
  readonly #extensionsCommand: string | undefined;
  readonly #mcp: PageMcp;
  readonly #context: ClawNetContext;
  /** Undefined for an account without a BAP ID. */
  readonly #clawNet: ClawNet | undefined;
  /** The sessions of the account. Once it is signed out, those that it had last. */
  #sessions: Account['sessions'];

  constructor(
    { provider, account }: Pick<AccountItem, 'provider' | 'account'>,
    extensionsCommand: string | undefined,
    mcp: PageMcp,
    context: ClawNetContext,
    onClawNetChange: () => void,
  ) {
    this.#provider = provider;
    this.#account = account;
    this.#extensionsCommand = extensionsCommand;
    this.#mcp = mcp;
    this.#context = context;
    this.#sessions = account.sessions;
    const bapId = account.sessions.map(({ person }) => person.bap?.bapId).find((id) => id !== undefined);
    this.#clawNet = bapId === undefined ? undefined : new ClawNet(bapId, context, onClawNetChange);
  }

  read(): IdentityPage {
    const { records } = this.#provider.sessions;
    const [first, ...later] = records.liveSessions().filter((record) => this.#isOfAccount(record));
    const texts = identityTexts();
    if (first === undefined) return signedOutPage(this.#card(), this.#whyGone(), texts);
    this.#sessions = [first, ...later];
    const options = {
      whyDormant: records.isConfigured(this.#account) ? undefined : whyDormant(this.#account),
      canManageExtensions: this.#extensionsCommand !== undefined,
      hasClawNet: this.#clawNet?.read() !== undefined,
      hasMcpServers: this.#mcp.allowedFor(this.#sessions).length > 0,
    };
    return signedInPage(this.#card(), options, texts);
  }

  clawNet(): ClawNetPart | undefined {
    const section = this.#clawNet?.read();
    if (section === undefined) return undefined;
    const { clawNet: texts } = identityTexts();
    return {
      html: clawNetHtml(section.lists, section.host, texts, vscode.env.language),
      status: clawNetStatus(section.lists, texts),
    };
  }

  dispose(): void {
    this.#clawNet?.dispose();
  }

  async run(action: Action): Promise<void> {
    try {
      await runGuarded(() => this.#run(action));
    } catch (error) {
      this.#context.http.log.warn(`The button "${action}" of an identity failed: ${describeError(error)}.`);
    }
  }

  async #run(action: Action): Promise<void> {
    switch (action) {
      case 'signIn': {
        const { scopes } = this.#sessions.at(-1) ?? this.#sessions[0];
        await this.#provider.createSession(scopes);
        return;
      }
      case 'signOut': {
        const items = await allAccounts([this.#provider]);
        const item = items.find(({ account: { sessions } }) => this.#isOfAccount(sessions[0]));
        return item === undefined ? undefined : askAndSignOut(item);
      }
      case 'mcpServers':
        return this.#mcp.takeBack(this.#sessions);
      case 'manageExtensions': {
        const { serviceId, label } = this.#account;
        if (this.#extensionsCommand !== undefined)
          await manageTrustedExtensions(this.#extensionsCommand, serviceId, label);
        return;
      }
      default:
        await this.#clawNet?.run(action);
    }
  }

  #isOfAccount(record: LiveSession | EndedSession): boolean {
    return sameAccount(record, this.#account.sessions[0]);
  }

  #card(): IdentityCard {
    const service = `${this.#provider.service.label} · ${safeText(shortAddress(this.#account.server))}`;
    return identityCard(this.#sessions, service, identityTexts(), vscode.env.language);
  }

  #whyGone(): string {
    const { label } = this.#account;
    const { records } = this.#provider.sessions;
    const completed = records.liveSessions().find(({ id }) => this.#sessions.some((each) => each.id === id));
    if (completed !== undefined)
      return vscode.l10n.t({
        message: 'This account is now {0}.',
        args: [completed.person.accountLabel],
        comment: '{0}: an account',
      });
    const ended = records.ended();
    return ended.some((record) => this.#isOfAccount(record))
      ? vscode.l10n.t({
          message: 'Your session as {0} has ended. Sign in again to continue.',
          args: [label],
          comment: '{0}: an account',
        })
      : vscode.l10n.t({
          message: 'You are signed out of {0}. Extensions can’t use this account until you sign in again.',
          args: [label],
          comment: '{0}: an account',
        });
  }
}

/** VS Code's own page, as its Accounts menu opens it. This is not API, so it may be missing. */
const PAGE = '_manageTrustedExtensionsForAccount';
/** The list of accounts in the Command Palette, which leads to the same page. Missing in VS Code 1.105. */
const LIST = 'workbench.action.manageAccounts';

/** The command that shows which extensions may use an account. Undefined in an editor without one. */
export async function trustedExtensionsCommand(): Promise<string | undefined> {
  const commands = await vscode.commands.getCommands();
  return [PAGE, LIST].find((command) => commands.includes(command));
}

/** Runs the command of `trustedExtensionsCommand`. `accountLabel`: `session.account.label`. */
async function manageTrustedExtensions(
  command: string,
  providerId: string,
  accountLabel: string,
): Promise<void> {
  await vscode.commands.executeCommand(command, { providerId, accountLabel });
}
