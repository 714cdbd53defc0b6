import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Runtime } from '../../base/runtime.ts';
import { decryptWith, encryptWith, fromBase64, type Key, toBase64, WebCipher } from './webCipher.ts';

/** The key in SecretStorage under which the encryption key of the sessions is stored. */
const KEY = 'sessionKey';
/** The key in the global state under which the name of the agreed encryption key is stored. */
const NAME = 'sessionKeyName';

/**
 * The encryption key that all windows of a browser agree on. Windows that start together for the first time cannot lock
 * each other out, so each may create a key. The key with the smallest name wins, and the other windows request it.
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

  /** The key of a new window: stored, from another window, or created. Rejects with VS Code's error. */
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
   * Stores the key, again and again, because a window that has not read it overwrites it with its own next secret.
   * Rejects with VS Code's error.
   */
  async store({ key }: WebCipher): Promise<void> {
    await this.#secrets.store(KEY, key);
  }

  /**
   * Call this regularly. Answers the request of another window. Resolves with the key that wins: the window's own, or
   * another window's. Rejects with VS Code's error.
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
 * A window reads SecretStorage only once, at startup, so it cannot see a key that another window stores later. It
 * requests the key through the extension's global state, which VS Code synchronizes between all windows of a browser.
 * The key is encrypted for the window that requests it (ECDH), because the global state is no place for secrets.
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
/** Repeats a request, because windows that write to the global state at the same time undo each other's change. */
const ASK_AGAIN_LOOKS = 4;

/** Offers the key to a window that requests one. Rejects with VS Code's error. */
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

/**
 * Receives the key of another window. Undefined when none offers one within five seconds. Rejects with VS Code's error,
 * or when the window closes.
 */
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

/** Undefined for an invalid public key. */
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
