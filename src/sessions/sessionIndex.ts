import type * as vscode from 'vscode';
import * as z from 'zod/mini';

const KnownSession = z.object({ id: z.string(), provider: z.string(), scopes: z.array(z.string()) });
/** That there was a session, and nothing more of it. */
export type KnownSession = z.infer<typeof KnownSession>;

const Known = z.array(KnownSession);
const KEY = 'knownSessions';

/**
 * Which sessions there should be. SecretStorage forgets without a word where the system has no keyring, so this is
 * kept apart from it, in the extension's global state. It holds no secret and no name.
 */
export class KnownSessions {
  readonly #memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  read(): KnownSession[] {
    return z.safeParse(Known, this.#memento.get(KEY)).data ?? [];
  }

  async write(sessions: readonly KnownSession[]): Promise<void> {
    const known = sessions.map(({ id, provider, scopes }) => ({ id, provider, scopes }));
    await this.#memento.update(KEY, known);
  }
}
