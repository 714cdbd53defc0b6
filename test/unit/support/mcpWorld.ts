import type { LiveSession } from '../../../src/sessions/record.ts';
import { McpChoices } from '../../../src/sharing/mcp/choices.ts';
import type { McpServer } from '../../../src/sharing/mcp/servers.ts';
import { type McpQuestions, McpTokens, VERIFICATION_LASTS_MS } from '../../../src/sharing/mcp/tokens.ts';
import { SessionWorld, type Window } from './sessionWorld.ts';

export const tools: McpServer = {
  label: 'Tools',
  url: 'https://tools.example/mcp',
  provider: 'sigma-identity',
};

/** The user's answers, in order: to sign in or not, which account, and whether the server may get the token. */
export type Answer = 'sign in' | 'allow' | 'other account' | 'no' | 'hidden' | { readonly pick: string };

/** One window, and a user who answers questions from a list. */
export class McpWorld {
  readonly world = new SessionWorld();
  /** Every question, in order. */
  readonly asked: string[] = [];
  readonly answers: Answer[] = [];
  /** The account of the next sign-in. Undefined: the user cancels it. */
  signsInAs: string | undefined = 'bap-1';
  readonly choices = new McpChoices(this.world.memento, () => undefined);

  async open(): Promise<{ window: Window; tokens: McpTokens }> {
    const window = await this.world.ready();
    const { sessions } = window;
    const createSession = async (scopes: readonly string[]) => {
      if (this.signsInAs === undefined) throw new Error('Canceled');
      const { id } = await this.world.signIn(window, this.world.service.grant(), scopes, this.signsInAs);
      return { id, accessToken: '', account: { id: '', label: '' }, scopes };
    };
    const providers = [{ service: sessions.service, sessions, createSession }];
    const { clock } = this.world;
    const runtime = { clock, log: window.log, closed: window.closed.signal };
    return { window, tokens: new McpTokens(providers, this.choices, this.#questions(), runtime) };
  }

  /** The token for a server. Undefined if it gets none. */
  async token(tokens: McpTokens, server = tools): Promise<string | undefined> {
    const session: LiveSession | undefined = await this.world.clock.run(
      tokens.verifiedSession(server, VERIFICATION_LASTS_MS),
    );
    return session?.grant.accessToken;
  }

  #questions(): McpQuestions {
    return {
      signIn: (server, { label }, account) => {
        const again = account === undefined ? '' : ` as ${account} again`;
        return Promise.resolve(
          this.#answer(`sign in with ${label}${again} for ${server.label}?`) === 'sign in',
        );
      },
      account: (server, accounts) => {
        const ids = accounts.map(({ id }) => id);
        const answer = this.#answer(`which of ${ids.join(', ')} for ${server.label}?`);
        if (answer === 'sign in') return Promise.resolve('signIn');
        if (answer === 'no') return Promise.resolve('refuse');
        const picked = typeof answer === 'object' ? answer.pick : undefined;
        return Promise.resolve(accounts.find(({ id }) => id === picked) ?? 'hidden');
      },
      allow: (server, _, { id }) => {
        const answer = this.#answer(`may ${server.label} have ${id}?`);
        if (answer === 'other account') return Promise.resolve('otherAccount');
        return Promise.resolve(answer === 'allow' ? 'allow' : undefined);
      },
    };
  }

  #answer(question: string): Answer {
    this.asked.push(question);
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error(`nobody answers: ${question}`);
    return answer;
  }
}
