import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Runtime } from '../../base/runtime.ts';
import { decryptWith, encryptWith, fromBase64, type Key, toBase64, WebCipher } from './webCipher.ts';

/** Where SecretStorage holds the key of the stored sessions. */
const KEY = 'sessionKey';
/** Where the global state holds the name of the key that all windows are to use. */
const NAME = 'sessionKeyName';

/**
 * The one key that all windows of a browser use for the stored sessions. Windows that start together for the first time
 * cannot lock each other out, so each may make a key. The key with the smaller name wins, and the other windows ask for
 * it.
 */
export class KeyInForce {
  readonly #secrets: vscode.SecretStorage;
  readonly #memento: vscode.Memento;
  readonly #runtime: Runtime;

  constructor(secrets: vscode.SecretStorage, memento: vscode.Memento, runtime: Runtime) {
    this.#secrets = secrets;
    this.#memento = memento;
    this.#runtime = runtime;
  }

  /** The key at the start of a window: stored, from another window, or new. Rejects with VS Code's error. */
  async open(): Promise<WebCipher> {
    const stored = await WebCipher.of((await this.#secrets.get(KEY)) ?? '');
    if (stored !== undefined) return stored;
    const isKnown = this.#memento.get(NAME) !== undefined;
    const given = isKnown ? await this.#ask() : undefined;
    if (given === undefined) this.#runtime.log.info('No key for stored sessions yet: making one.');
    const cipher = given ?? (await WebCipher.create());
    await this.store(cipher);
    await this.#memento.update(NAME, cipher.name);
    return cipher;
  }

  /**
   * Stores the key. A window that does not know of it overwrites it with its own next secret, so it is stored again now
   * and then. Rejects with VS Code's error.
   */
  async store({ key }: WebCipher): Promise<void> {
    await this.#secrets.store(KEY, key);
  }

  /**
   * Call it now and then. Gives the key to a window that asks. Gives the key of another window if that one wins, else
   * the own one. Rejects with VS Code's error.
   */
  async agree(own: WebCipher): Promise<WebCipher> {
    await answerRequest(own.key, this.#memento);
    const name = this.#memento.get(NAME);
    if (name === own.name) return own;
    const given = typeof name === 'string' && name < own.name ? await this.#ask() : undefined;
    const winner = given ?? own;
    if (given !== undefined) await this.store(given);
    await this.#memento.update(NAME, winner.name);
    return winner;
  }

  async #ask(): Promise<WebCipher | undefined> {
    const key = await askForKey(this.#memento, this.#runtime);
    const cipher = await WebCipher.of(key ?? '');
    if (cipher !== undefined) this.#runtime.log.info('Another window gave its key for stored sessions.');
    return cipher;
  }
}

/*
 * A window reads SecretStorage once, at its start, so it cannot see a key that another window has stored after that. It
 * asks for the key through the extension's global state, which VS Code passes on between all windows of a browser. The
 * key is encrypted for the window that asks (ECDH), because the global state is no place for secrets.
 */

/** Public keys and the encrypted key are in base64. */
const Request = z.object({ publicKey: z.string() });
const Answer = z.object({ to: z.string(), from: z.string(), sealed: z.string() });

const REQUEST = 'keyRequest';
const ANSWER = 'keyAnswer';
const CONTEXT = 'bap-identity: key exchange';
const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;

const LOOK_EVERY_MS = 200;
const LOOKS = 25;
/** Two windows that write to the global state at the same moment undo each other's change. So it is repeated. */
const ASK_AGAIN_LOOKS = 4;

/** Gives the key to a window that asks for it now. Rejects with VS Code's error. */
export async function answerRequest(key: string, memento: vscode.Memento): Promise<void> {
  const request = z.safeParse(Request, memento.get(REQUEST)).data;
  const answered = z.safeParse(Answer, memento.get(ANSWER)).data;
  if (request === undefined || answered?.to === request.publicKey) return;
  const own = await newPair();
  const shared = await sharedKey(own.privateKey, request.publicKey);
  if (shared === undefined) return;
  const answer = {
    to: request.publicKey,
    from: await publicText(own),
    sealed: await encryptWith(shared, CONTEXT, key),
  };
  await memento.update(ANSWER, answer);
}

/** The key of another window. Undefined when no window gives one within five seconds. Rejects with VS Code's error. */
export async function askForKey(
  memento: vscode.Memento,
  { clock, closed }: Runtime,
): Promise<string | undefined> {
  const own = await newPair();
  const publicKey = await publicText(own);
  try {
    for (let look = 0; look < LOOKS; look++) {
      const answer = z.safeParse(Answer, memento.get(ANSWER)).data;
      if (answer?.to === publicKey) {
        const shared = await sharedKey(own.privateKey, answer.from);
        return shared && (await decryptWith(shared, CONTEXT, answer.sealed));
      }
      if (look % ASK_AGAIN_LOOKS === 0) await memento.update(REQUEST, { publicKey });
      await clock.sleep(LOOK_EVERY_MS, closed);
    }
    return undefined;
  } finally {
    await memento.update(REQUEST, undefined);
    await memento.update(ANSWER, undefined);
  }
}

function newPair() {
  return crypto.subtle.generateKey(CURVE, false, ['deriveKey']);
}

async function publicText({ publicKey }: { readonly publicKey: Key }): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)));
}

/** Undefined for a text that is no public key. */
async function sharedKey(own: Key, text: string): Promise<Key | undefined> {
  try {
    const other = await crypto.subtle.importKey(
      'raw',
      fromBase64(text) ?? new Uint8Array(),
      CURVE,
      false,
      [],
    );
    const aes = { name: 'AES-GCM', length: 256 };
    return await crypto.subtle.deriveKey({ name: 'ECDH', public: other }, own, aes, false, [
      'encrypt',
      'decrypt',
    ]);
  } catch {
    return undefined;
  }
}
