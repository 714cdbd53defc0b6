import * as z from 'zod/mini';
import type * as vscode from 'vscode';

import type { McpServer } from './servers.ts';

const Choice = z.object({ url: z.string(), provider: z.string(), session: z.string() });
type Choice = z.infer<typeof Choice>;

const Choices = z.array(Choice);
const KEY = 'mcpChoices';

/**
 * The session whose token the user allows a server to get, in the extension's global state, for all windows. A choice
 * holds for one address, one service and one session. The id of a session is neither secret nor personal, and ends
 * with a sign-out, so a sign-out revokes every choice for its account.
 */
export class McpChoices {
  readonly #memento: vscode.Memento;
  readonly #onChange: () => void;

  /** `onChange` is called after each change that this window makes. */
  constructor(memento: vscode.Memento, onChange: () => void) {
    this.#memento = memento;
    this.#onChange = onChange;
  }

  /** The id of the session. Undefined while the user has allowed none. */
  sessionIdFor(server: McpServer): string | undefined {
    return this.#read().find(isFor(server))?.session;
  }

  /** Rejects with VS Code's error when the global state cannot be written. */
  async keep(server: McpServer, session: string): Promise<void> {
    const { url, provider } = server;
    await this.#write([...this.#without(isFor(server)), { url, provider, session }]);
  }

  /** Revokes the choices for these servers. Rejects with VS Code's error. */
  async forget(servers: readonly McpServer[]): Promise<void> {
    await this.#write(this.#without((choice) => servers.some((server) => isFor(server)(choice))));
  }

  #without(unwanted: (choice: Choice) => boolean): Choice[] {
    return this.#read().filter((choice) => !unwanted(choice));
  }

  #read(): Choice[] {
    return z.safeParse(Choices, this.#memento.get(KEY)).data ?? [];
  }

  async #write(choices: Choice[]): Promise<void> {
    await this.#memento.update(KEY, choices);
    this.#onChange();
  }
}

function isFor({ url, provider }: McpServer): (choice: Choice) => boolean {
  return (choice) => choice.url === url && choice.provider === provider;
}
