import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { aesKey, fromBase64, type Key, openWith, sealWith, SessionCipher, toBase64 } from './cipher.ts';

/** Public keys and the sealed key are in base64. */
const Request = z.object({ publicKey: z.string() });
const Answer = z.object({ to: z.string(), from: z.string(), sealed: z.string() });

const REQUEST = 'keyRequest';
const ANSWER = 'keyAnswer';
const INFO = 'bap-identity: key exchange';

const POLL_EVERY_MS = 200;
/** Five seconds: another window polls for requests every second. */
const POLLS = 25;
/** Repeats a request, because windows that write to the global state at the same time undo each other's change. */
const ASK_AGAIN_POLLS = 4;

/**
 * Moves the key from one window to another through the extension's global state, which VS Code synchronizes between all
 * windows. That is no place for secrets, so the key is sealed for the window that asks. Both windows create a key pair
 * for this exchange alone (ECDH).
 */
export class KeyExchange {
  readonly #memento: vscode.Memento;
  readonly #runtime: Runtime;
  /** Public keys that this window never answers: older than the window, invalid, or its own. */
  readonly #refused = new Set<string>();

  /**
   * Create it before this window writes to the global state. A request that is there already may come from a program
   * that wrote it into the profile while no window was open, so it is removed before a later window finds it. A window
   * that is asking now asks again, with another key.
   */
  constructor(memento: vscode.Memento, runtime: Runtime) {
    this.#memento = memento;
    this.#runtime = runtime;
    if (memento.get(REQUEST) === undefined) return;
    runtime.log.warn('A request for the key of stored sessions is older than this window: no answer.');
    const asking = this.#asking();
    if (asking !== undefined) this.#refused.add(asking);
    memento.update(REQUEST, undefined).then(undefined, this.#logTrouble);
  }

  /** Call this regularly. Gives the key to a window that asks for it. Rejects with VS Code's error. */
  async answer(keyText: string): Promise<void> {
    await this.#removeRefused(); // a window that writes its whole state can bring them back
    const to = this.#asking();
    if (to === undefined || this.#answered()?.to === to) return;
    const own = await newPair();
    const key = await agreedKey(own, to, [to, own.publicKey]);
    if (key === undefined) {
      this.#runtime.log.warn('A request for the key of stored sessions has no public key: no answer.');
      this.#refused.add(to);
      return;
    }
    const sealed = toBase64(await sealWith(key, INFO, keyText));
    await this.#memento.update(ANSWER, { to, from: own.publicKey, sealed });
    this.#runtime.log.info('Gave the key of stored sessions to another window.');
  }

  /**
   * The key of another window. Undefined when none gives one in five seconds. Rejects with VS Code's error, or when the
   * window closes.
   */
  async ask(): Promise<SessionCipher | undefined> {
    const { clock, closed } = this.#runtime;
    let own: Pair | undefined;
    try {
      for (let poll = 0; poll < POLLS; poll++) {
        const given = own && (await this.#givenTo(own));
        if (given !== undefined) return given;
        if (poll % ASK_AGAIN_POLLS === 0) {
          // A window that has opened since never answers a request that it has removed.
          if (own === undefined || this.#asking() !== own.publicKey) own = await this.#newPair();
          await this.#memento.update(REQUEST, { publicKey: own.publicKey });
        }
        await clock.sleep(POLL_EVERY_MS, closed);
      }
      return undefined;
    } finally {
      await this.#removeRefused().catch(this.#logTrouble);
    }
  }

  async #newPair(): Promise<Pair> {
    const pair = await newPair();
    this.#refused.add(pair.publicKey);
    return pair;
  }

  async #givenTo(own: Pair): Promise<SessionCipher | undefined> {
    const answer = this.#answered();
    if (answer?.to !== own.publicKey) return undefined;
    const key = await agreedKey(own, answer.from, [own.publicKey, answer.from]);
    const keyText = key && (await openWith(key, INFO, fromBase64(answer.sealed) ?? new Uint8Array()));
    const given = await SessionCipher.of(keyText ?? '');
    if (given === undefined)
      await this.#memento.update(ANSWER, undefined); // makes way for a right one
    else this.#runtime.log.info('Another window gave its key of stored sessions.');
    return given;
  }

  /** Leaves alone what belongs to other windows. */
  async #removeRefused(): Promise<void> {
    const [asking, answered] = [this.#asking(), this.#answered()?.to];
    if (asking !== undefined && this.#refused.has(asking)) await this.#memento.update(REQUEST, undefined);
    if (answered !== undefined && this.#refused.has(answered)) await this.#memento.update(ANSWER, undefined);
  }

  /** The public key of the window that asks. */
  #asking(): string | undefined {
    return z.safeParse(Request, this.#memento.get(REQUEST)).data?.publicKey;
  }

  #answered(): z.infer<typeof Answer> | undefined {
    return z.safeParse(Answer, this.#memento.get(ANSWER)).data;
  }

  readonly #logTrouble = (error: unknown): void => {
    const { closed, log } = this.#runtime;
    if (!closed.aborted) log.warn(`A request for the key of stored sessions stays: ${describeError(error)}.`);
  };
}

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;

interface Pair {
  readonly privateKey: Key;
  /** In base64. */
  readonly publicKey: string;
}

async function newPair(): Promise<Pair> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
  return { privateKey, publicKey: toBase64(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))) };
}

/** The key that only the owners of the two pairs can derive. Undefined for an invalid public key. */
async function agreedKey(
  own: Pair,
  otherPublicKey: string,
  [asking, answering]: readonly [string, string],
): Promise<Key | undefined> {
  try {
    const bytes = fromBase64(otherPublicKey) ?? new Uint8Array();
    const other = await crypto.subtle.importKey('raw', bytes, CURVE, false, []);
    const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: other }, own.privateKey, 256);
    const root = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
    return await aesKey(root, `${INFO} ${asking} ${answering}`);
  } catch {
    return undefined;
  }
}
