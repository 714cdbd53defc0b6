import { FakeClock } from './fakeClock.ts';

let underWay = 0;

/** Counts the operations of the Web Crypto API, which run on their own threads. */
for (const name of [
  'digest',
  'importKey',
  'exportKey',
  'generateKey',
  'deriveKey',
  'deriveBits',
  'sign',
  'encrypt',
  'decrypt',
] as const) {
  const original = Reflect.get(crypto.subtle, name) as (...args: unknown[]) => Promise<unknown>;
  const counted = async (...args: unknown[]): Promise<unknown> => {
    underWay += 1;
    try {
      return await original.apply(crypto.subtle, args);
    } finally {
      underWay -= 1;
    }
  };
  Object.defineProperty(crypto.subtle, name, { value: counted, configurable: true });
}

/** Virtual time for code that encrypts: no time passes while an operation is in progress. */
export class CryptoClock extends FakeClock {
  override async settle(): Promise<void> {
    do await super.settle();
    while (underWay > 0);
  }
}
