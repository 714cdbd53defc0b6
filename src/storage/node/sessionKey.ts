import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  type ECDH,
  randomBytes,
} from 'node:crypto';
import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { pause } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { WindowLocks } from '../../sessions/ports.ts';

/** The key in SecretStorage under which the encryption key of the sessions is stored. */
const KEY = 'sessionKey';

/** The lock of a window that offers its new key to the others. */
const OFFER = 'offer of the session key';

/**
 * The encryption key of the stored sessions: from SecretStorage, or a new one. When several windows start for the first
 * time, the first one creates the key and the others receive it. Rejects with VS Code's error when SecretStorage cannot
 * be used.
 */
export async function sessionKey(
  secrets: vscode.SecretStorage,
  memento: vscode.Memento,
  locks: WindowLocks,
  runtime: Runtime,
): Promise<Uint8Array> {
  const stored = await readKey(secrets);
  if (stored !== undefined) return stored;
  return locks.withLock('session key', runtime.closed, async () => {
    const ofAnotherWindow = await readKey(secrets);
    if (ofAnotherWindow !== undefined) return ofAnotherWindow;
    const nobodyOffers = new AbortController();
    const offered = Promise.withResolvers<unknown>();
    // Runs now, or when the offer of another window ends: it expires, or the window closes or crashes.
    const offering = locks.withLock(OFFER, runtime.closed, () => {
      nobodyOffers.abort();
      return offered.promise;
    });
    offering.catch(() => undefined); // this window is closing
    let offer: Promise<void> | undefined;
    try {
      const given = await askForKey(memento, runtime, nobodyOffers.signal);
      if (given === undefined) runtime.log.info('No key for stored sessions yet: making one.');
      const key = given ?? randomBytes(KEY_BYTES);
      // Even a key from another window: in a browser, this window's next change of any secret overwrites that window's.
      await secrets.store(KEY, Buffer.from(key).toString('base64'));
      if (given === undefined) offer = offerKey(key, memento, runtime);
      return key;
    } finally {
      offered.resolve(offer);
    }
  });
}

async function readKey(secrets: vscode.SecretStorage): Promise<Uint8Array | undefined> {
  const bytes = Buffer.from((await secrets.get(KEY)) ?? '', 'base64');
  return bytes.length === KEY_BYTES ? bytes : undefined;
}

/*
 * In a browser, a window reads SecretStorage only once, at startup. A window that starts before another one has stored
 * the new key cannot see it. It requests the key through the extension's global state, which VS Code synchronizes
 * between the windows of one browser, and which no program on the server can read or write. The key is encrypted for
 * the window that requests it (ECDH), because the global state is no place for secrets.
 */

/** Public keys and the encrypted key are in base64. */
const Request = z.object({ publicKey: z.string() });
const Answer = z.object({ to: z.string(), from: z.string(), sealed: z.string() });

const REQUEST = 'keyRequest';
const ANSWER = 'keyAnswer';

const LOOK_EVERY_MS = 200;
/** On a slow machine, a window may start this long after its page has read SecretStorage. */
const OFFERED_FOR_MS = 5 * 60_000;
/** Then a window creates its own key: the offer may come from a window in another browser. */
const WAIT_MS = 10_000;
/** Repeats a request, because windows that write to the global state at the same time undo each other's change. */
const ASK_AGAIN_LOOKS = 4;

/** Offers a new key to windows that cannot read it in SecretStorage, for five minutes. Never rejects. */
export async function offerKey(
  key: Uint8Array,
  memento: vscode.Memento,
  { clock, log, closed }: Runtime,
): Promise<void> {
  try {
    const own = createECDH('prime256v1');
    const publicKey = own.generateKeys('base64');
    for (let waitedMs = 0; waitedMs < OFFERED_FOR_MS; waitedMs += LOOK_EVERY_MS) {
      const request = z.safeParse(Request, memento.get(REQUEST)).data;
      const answer = z.safeParse(Answer, memento.get(ANSWER)).data;
      const isNew = request !== undefined && answer?.to !== request.publicKey;
      const cipher = isNew ? cipherFor(own, request.publicKey) : undefined;
      if (isNew && cipher !== undefined) {
        const sealed = cipher.encrypt(request.publicKey, Buffer.from(key).toString('base64'));
        log.info('Gave the key of the stored sessions to another window.');
        await memento.update(ANSWER, {
          to: request.publicKey,
          from: publicKey,
          sealed: Buffer.from(sealed).toString('base64'),
        });
      }
      await pause(clock, LOOK_EVERY_MS, closed);
    }
  } catch (error) {
    if (!closed.aborted) log.warn(`The key of the stored sessions is not offered: ${describeError(error)}.`);
  }
}

/**
 * Receives the key that another window has just created. Undefined when no window offers one within ten seconds, or as
 * soon as `nobodyOffers` aborts. Rejects with VS Code's error, or when the window closes.
 */
export async function askForKey(
  memento: vscode.Memento,
  { clock, closed }: Runtime,
  nobodyOffers: AbortSignal,
): Promise<Uint8Array | undefined> {
  const own = createECDH('prime256v1');
  const publicKey = own.generateKeys('base64');
  for (let look = 0; look * LOOK_EVERY_MS < WAIT_MS && !nobodyOffers.aborted; look++) {
    const answer = z.safeParse(Answer, memento.get(ANSWER)).data;
    if (answer?.to === publicKey) {
      const key = open(answer.sealed, publicKey, cipherFor(own, answer.from));
      await memento.update(REQUEST, undefined);
      await memento.update(ANSWER, undefined);
      if (key !== undefined) return key;
    }
    if (look % ASK_AGAIN_LOOKS === 0) await memento.update(REQUEST, { publicKey });
    await pause(clock, LOOK_EVERY_MS, AbortSignal.any([closed, nobodyOffers])).catch((error: unknown) => {
      if (!nobodyOffers.aborted) throw error;
    });
  }
  await memento.update(REQUEST, undefined);
  return undefined;
}

function open(sealed: string, publicKey: string, cipher: SessionCipher | undefined): Uint8Array | undefined {
  const text = cipher?.decrypt(publicKey, Buffer.from(sealed, 'base64')) ?? '';
  const key = Buffer.from(text, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}

/** The cipher that only the owners of the two keys can derive. Undefined for an invalid public key. */
function cipherFor(own: ECDH, publicKey: string): SessionCipher | undefined {
  let secret: Uint8Array;
  try {
    secret = own.computeSecret(publicKey, 'base64');
  } catch {
    return undefined;
  }
  return new SessionCipher(createHash('sha256').update('bap-identity: key exchange').update(secret).digest());
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/**
 * Encrypts the stored sessions with AES-256-GCM. The id of a session is authenticated with its text, so the file of one
 * session cannot stand in for the file of another.
 */
export class SessionCipher {
  readonly #key: Uint8Array;

  /** `key`: 32 secret bytes. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Identifies the key without revealing it. */
  get name(): string {
    return createHmac('sha256', this.#key).update('bap-identity: name of the key').digest('hex').slice(0, 32);
  }

  encrypt(id: string, text: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(context(id));
    const encrypted = [cipher.update(text, 'utf8'), cipher.final()];
    return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]);
  }

  /** Undefined for bytes that were not encrypted with this key for this id. */
  decrypt(id: string, bytes: Uint8Array): string | undefined {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(context(id))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined; // the bytes are from someone else, or damaged
    }
  }
}

function context(id: string): Uint8Array {
  return Buffer.from(`bap-identity: session 1 ${id}`);
}
