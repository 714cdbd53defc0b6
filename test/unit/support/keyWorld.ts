import assert from 'node:assert/strict';

import type * as vscode from 'vscode';

import { SessionCipher } from '../../../src/storage/cipher.ts';
import { SharedKey } from '../../../src/storage/keyAgreement.ts';
import { CryptoClock } from './cryptoClock.ts';
import { FakeMemento } from './fakeMemento.ts';
import { FakeSecrets } from './fakeSecrets.ts';
import { RecordingLog } from './recordingLog.ts';

/** As measured in a browser. */
const BROADCAST_MS = 130;

/** Long enough for a window to poll the global state, and for what it writes to reach the others. */
export const A_MOMENT_MS = 3_000;
/** Long enough for windows to agree on a key. */
export const AGREED_MS = 20_000;

/** Two keys. The windows that have them agree on the winner. */
export async function twoKeys(): Promise<{ winner: SessionCipher; loser: SessionCipher }> {
  const [one, other] = [await SessionCipher.create(), await SessionCipher.create()];
  return one.name < other.name ? { winner: one, loser: other } : { winner: other, loser: one };
}

/** The name of a key that beats every other key, and that no window has. */
export const SMALLEST_NAME = '0'.repeat(32);

/** A key pair that belongs to no window. */
export async function strangersPair() {
  const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;
  const { privateKey, publicKey } = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
  const bytes = await crypto.subtle.exportKey('raw', publicKey);
  return { privateKey, publicKey: Buffer.from(bytes).toString('base64') };
}

/**
 * The windows of one client. A window in a browser reads the secrets only at its start, and writes all that it knows.
 */
export class KeyWorld {
  readonly clock = new CryptoClock();
  /** The global state that the client keeps. */
  state = new Map<string, unknown>();
  /** The secrets that the client keeps. */
  readonly secrets = new FakeSecrets(this.clock);
  /** The windows that are open. */
  readonly windows = new Set<KeyWindow>();
  /** What the global state has been, in JSON. */
  readonly history: string[] = [];
  /** The public keys that some window has sealed its key for, whether or not the answer is still there. */
  readonly answered = new Set<string>();
  readonly client: 'browser' | 'desktop';

  constructor(client: 'browser' | 'desktop' = 'browser') {
    this.client = client;
  }

  /** A client that has a key and no open window. */
  static async usedBefore(): Promise<KeyWorld> {
    const world = new KeyWorld();
    const window = await world.ready();
    await world.clock.advance(1_000);
    window.close();
    return world;
  }

  /** The key that a window reads if it starts now. */
  get storedKey(): string | undefined {
    return this.secrets.stored.get('sessionKey');
  }

  /** A window that the user opens. `writeFailure`: why it cannot write the global state. */
  open(writeFailure?: Error): KeyWindow {
    const window = new KeyWindow(this, writeFailure);
    this.windows.add(window);
    return window;
  }

  /** A window that has its key. */
  async ready(): Promise<KeyWindow> {
    const window = this.open();
    await this.clock.run(window.key.cipher());
    return window;
  }

  /** A window that cannot read the key, and asks for it. */
  asking(): KeyWindow {
    const stored = new Map(this.secrets.stored);
    this.secrets.stored.clear();
    const window = this.open();
    for (const [key, value] of stored) this.secrets.stored.set(key, value);
    window.key.cipher().catch(() => undefined); // each test awaits it in its own way
    return window;
  }

  /** A change of the global state writes the whole copy of a window: two changes at once undo each other. */
  write(copy: ReadonlyMap<string, unknown>, from?: KeyWindow): void {
    this.state = new Map(copy);
    this.history.push(JSON.stringify([...copy]));
    const answer = copy.get('keyAnswer') as { to?: string } | null | undefined;
    if (answer?.to !== undefined) this.answered.add(answer.to);
    for (const window of this.windows) if (window !== from) window.memento.replaceBy(copy);
  }

  /** The name of the key that all open windows have. Throws if they do not agree. */
  async agreedName(): Promise<string> {
    const names = await Promise.all([...this.windows].map((window) => this.clock.run(window.name())));
    assert.equal(new Set(names).size, 1, names.join());
    return names[0] ?? '';
  }
}

class WindowState extends FakeMemento {
  /** Called after each write; set by the window. */
  onWrite: (copy: ReadonlyMap<string, unknown>) => void = () => undefined;

  override async update(key: string, value: unknown): Promise<void> {
    await super.update(key, value);
    this.onWrite(new Map(this.kept));
  }

  replaceBy(copy: ReadonlyMap<string, unknown>): void {
    this.kept.clear();
    for (const [key, value] of copy) this.kept.set(key, value);
  }
}

export class KeyWindow {
  readonly memento = new WindowState();
  /** The secrets as this window knows them. */
  readonly secrets: FakeSecrets;
  readonly log = new RecordingLog();
  readonly key: SharedKey;
  /** The names of the keys in the change events of this window. */
  readonly changes: string[] = [];
  readonly #closed = new AbortController();
  readonly #world: KeyWorld;

  constructor(world: KeyWorld, writeFailure?: Error) {
    this.#world = world;
    const { clock, client } = world;
    this.memento.replaceBy(world.state);
    this.memento.writeFailure = writeFailure;
    this.memento.onWrite = (copy) => {
      clock.at(clock.ranMs + BROADCAST_MS, () => {
        world.write(copy, this);
      });
    };
    this.secrets = client === 'desktop' ? world.secrets : new FakeSecrets(clock);
    if (client === 'browser')
      for (const [key, value] of world.secrets.stored) this.secrets.stored.set(key, value);
    this.key = new SharedKey(this.#secretStorage(), this.memento, {
      clock,
      log: this.log,
      closed: this.#closed.signal,
    });
    this.key.onDidChange(({ name }) => this.changes.push(name));
  }

  /** Closes the window: it can no longer reach VS Code. */
  close(): void {
    this.#world.windows.delete(this);
    this.memento.writeFailure = new Error('Canceled');
    this.#closed.abort();
    this.key.dispose();
  }

  /** The name of the window's key. */
  async name(): Promise<string> {
    return (await this.key.cipher()).name;
  }

  /** The public key of the window that requests the key, as this window sees it. */
  get request(): string | undefined {
    return this.memento.get<{ publicKey: string }>('keyRequest')?.publicKey;
  }

  get warnings(): string[] {
    return this.log.lines.filter((line) => line.startsWith('warn'));
  }

  #secretStorage(): vscode.SecretStorage {
    const own = this.secrets.window();
    return {
      ...own,
      store: async (key, value) => {
        await own.store(key, value);
        if (this.secrets === this.#world.secrets) return;
        this.#world.secrets.stored.clear();
        for (const each of this.secrets.stored) this.#world.secrets.stored.set(...each);
      },
    };
  }
}
