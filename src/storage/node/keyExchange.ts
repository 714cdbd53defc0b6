import { createECDH, createHash, type ECDH } from 'node:crypto';
import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { pause } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import { KEY_BYTES, SessionCipher } from './sessionCipher.ts';

/*
 * In a browser, a window reads SecretStorage once, at its start. A window that starts before another one has stored
 * the new key of the sessions cannot see it. Such a window asks for the key through the extension's global state,
 * which VS Code passes on between the windows of one browser, and which no program on the server can read or write.
 * The key itself is encrypted for the window that asks (ECDH), because the global state is no place for secrets.
 */

/** Public keys and the encrypted key are in base64. */
const Request = z.object({ publicKey: z.string() });
const Answer = z.object({ to: z.string(), from: z.string(), sealed: z.string() });

const REQUEST = 'keyRequest';
const ANSWER = 'keyAnswer';

const LOOK_EVERY_MS = 200;
/** On a slow machine, a window can start this long after its page has read SecretStorage. */
const OFFERED_FOR_MS = 5 * 60_000;
/** A window that has to ask waits this long, and then makes its own key: the offer can be in another browser. */
const WAIT_MS = 10_000;
/** Two windows that write to the global state at the same moment undo each other's change. So it is repeated. */
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
 * The key that another window has made a moment ago. Undefined when no window gives it within ten seconds, and as soon
 * as `nobodyOffers` aborts.
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

/** The cipher that only the owners of the two keys can make. Undefined for a text that is no public key. */
function cipherFor(own: ECDH, publicKey: string): SessionCipher | undefined {
  let secret: Uint8Array;
  try {
    secret = own.computeSecret(publicKey, 'base64');
  } catch {
    return undefined;
  }
  return new SessionCipher(createHash('sha256').update('bap-identity: key exchange').update(secret).digest());
}
