import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { ServiceProvider } from '../../provider/provider.ts';
import type { IdentityService } from '../../services/service.ts';
import { type Account, accountsOf } from '../../sessions/accounts.ts';
import type { LiveSession } from '../../sessions/record.ts';
import type { McpChoices } from './choices.ts';
import type { McpServer } from './servers.ts';

/** How long one answer of the service counts for all servers of a session. */
export const VERIFICATION_LASTS_MS = 60_000;

/** The questions to the user. An answer is undefined or false when they dismiss a modal dialog. */
export interface McpQuestions {
  /** Offers a sign-in. `account`: the label of the account whose session has ended, if one has. */
  signIn(server: McpServer, service: IdentityService, account: string | undefined): Promise<boolean>;
  /**
   * Asks which account to use with the server. VS Code hides the list when any other list opens, so `hidden` is no
   * answer.
   */
  account(server: McpServer, accounts: readonly Account[]): Promise<Account | 'signIn' | 'refuse' | 'hidden'>;
  /** Asks whether the server may get the token of this account. */
  allow(
    server: McpServer,
    service: IdentityService,
    account: Account,
  ): Promise<'allow' | 'otherAccount' | undefined>;
}

/** What came of the questions about one server. */
type Outcome = 'allowed' | 'refused' | 'hidden';

export type McpProvider = Pick<ServiceProvider, 'service' | 'sessions' | 'createSession'>;

/** Finds the token that a server may get, and asks the user when they have not allowed one yet. */
export class McpTokens {
  readonly #providers: readonly McpProvider[];
  readonly #choices: McpChoices;
  readonly #questions: McpQuestions;
  readonly #runtime: Runtime;
  /** The servers that the user has refused in this window, by label. */
  readonly #refused = new Set<string>();
  /** One question at a time, because an answer can settle the next question. */
  #lastQuestion: Promise<unknown> = Promise.resolve();

  constructor(
    providers: readonly McpProvider[],
    choices: McpChoices,
    questions: McpQuestions,
    runtime: Runtime,
  ) {
    this.#providers = providers;
    this.#choices = choices;
    this.#questions = questions;
    this.#runtime = runtime;
  }

  /**
   * A session whose token the user allows the server to get, and that the service has verified, at most `maxAgeMs`
   * milliseconds ago. Undefined when the user refuses, or has refused before: VS Code starts a server again with each
   * message to an agent, and must not ask each time. Rejects with a StoreError when the sessions cannot be read, and
   * with VS Code's error when a choice cannot be saved.
   */
  async verifiedSession(server: McpServer, maxAgeMs: number): Promise<LiveSession | undefined> {
    const provider = this.#providers.find(({ service }) => service.id === server.provider);
    if (provider === undefined) return undefined;
    for (;;) {
      const verified = await this.#verified(provider, server, maxAgeMs);
      if (verified !== undefined) return verified;
      if (this.#refused.has(server.label)) return undefined;
      const outcome = await this.#askInTurn(provider, server);
      if (outcome === 'refused') this.#refused.add(server.label);
      if (outcome !== 'allowed') return undefined;
    }
  }

  /** Forgets a refusal, so that the next start asks again. */
  askAgain({ label }: McpServer): void {
    this.#refused.delete(label);
  }

  async #verified(
    provider: McpProvider,
    server: McpServer,
    maxAgeMs: number,
  ): Promise<LiveSession | undefined> {
    const chosen = await this.#chosen(provider, server);
    if (chosen === undefined) return undefined;
    await provider.sessions.verification.verify(chosen.id, this.#runtime.closed, maxAgeMs);
    return this.#chosen(provider, server); // it may have a new token now, or be gone
  }

  /** The chosen session, if it can be used. */
  async #chosen({ sessions }: McpProvider, server: McpServer): Promise<LiveSession | undefined> {
    const id = this.#choices.sessionIdFor(server);
    if (id === undefined) return undefined;
    await sessions.settle();
    return sessions.usable().find((record) => record.id === id);
  }

  #askInTurn(provider: McpProvider, server: McpServer): Promise<Outcome> {
    const turn = this.#lastQuestion.then(async () => {
      const isSettled = (await this.#chosen(provider, server)) !== undefined;
      return isSettled ? 'allowed' : this.#ask(provider, server);
    });
    this.#lastQuestion = turn.catch(() => undefined);
    return turn;
  }

  /** `allowed` when the user has allowed an account that is signed in. */
  async #ask(provider: McpProvider, server: McpServer): Promise<Outcome> {
    const { service, sessions } = provider;
    const chosen = this.#choices.sessionIdFor(server);
    const { records } = sessions;
    const ended = records.ended().find((record) => record.id === chosen && records.isConfigured(record));
    if (ended !== undefined) {
      const { accountId: id, accountLabel: label } = ended.person;
      if (!(await this.#questions.signIn(server, service, label))) return 'refused';
      const signedIn = await this.#signIn(provider, ended.scopes, { id, label });
      if (signedIn === undefined) return 'refused';
      if (signedIn === chosen) return 'allowed';
    }
    for (let pick = false; ; pick = true) {
      const account = await this.#account(provider, server, pick);
      if (typeof account === 'string') return account;
      const answer = await this.#questions.allow(server, service, account);
      if (answer === undefined) return 'refused';
      if (answer === 'otherAccount') continue;
      const newest = account.sessions.at(-1) ?? account.sessions[0];
      await this.#choices.keep(server, newest.id);
      this.#runtime.log.info(`The user allowed an MCP server to get a token of ${service.label}.`);
      return 'allowed';
    }
  }

  /** The only account, or the one that the user picks or signs in with. */
  async #account(
    provider: McpProvider,
    server: McpServer,
    pick: boolean,
  ): Promise<Account | 'refused' | 'hidden'> {
    const { service, sessions } = provider;
    await sessions.settle();
    const accounts = accountsOf(sessions.usable());
    const [first, ...others] = accounts;
    if (first === undefined) {
      if (!(await this.#questions.signIn(server, service, undefined))) return 'refused';
    } else {
      if (others.length === 0 && !pick) return first;
      const picked = await this.#questions.account(server, accounts);
      if (picked === 'refuse') return 'refused';
      if (picked !== 'signIn') return picked;
    }
    const id = await this.#signIn(provider, service.defaultScopes);
    await sessions.settle();
    const signedIn = accountsOf(sessions.usable());
    return signedIn.find((account) => account.sessions.some((each) => each.id === id)) ?? 'refused';
  }

  /** The id of the new session. Undefined after a failure, which the user has seen. */
  async #signIn(
    provider: McpProvider,
    scopes: readonly string[],
    account?: { readonly id: string; readonly label: string },
  ): Promise<string | undefined> {
    try {
      const { id } = await provider.createSession(scopes, account && { account });
      return id;
    } catch (error) {
      this.#runtime.log.info(`No sign-in for an MCP server: ${describeError(error)}.`);
      return undefined;
    }
  }
}
