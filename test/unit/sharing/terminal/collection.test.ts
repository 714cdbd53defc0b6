import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type Collection, fill, keepSecretsUnstored } from '../../../../src/sharing/terminal/collection.ts';

type Values = Readonly<Record<string, string>>;
const SECRETS = ['CLAWNET_TOKEN', 'ADOMPKG_TOKEN'];

/** Sends the whole collection at each change, as VS Code's extension host does. */
class SentCollection implements Collection {
  readonly sent: { readonly persistent: boolean; readonly names: readonly string[] }[] = [];
  readonly #values: Map<string, string>;
  #persistent: boolean;
  #description: string | undefined;

  constructor(values: Values, persistent: boolean, description?: string) {
    this.#values = new Map(Object.entries(values));
    this.#persistent = persistent;
    this.#description = description;
  }

  get persistent(): boolean {
    return this.#persistent;
  }
  set persistent(value: boolean) {
    this.#persistent = value;
    this.#send();
  }
  get description(): string | undefined {
    return this.#description;
  }
  set description(value: string | undefined) {
    this.#description = value;
    this.#send();
  }
  get(name: string): ReturnType<Collection['get']> {
    const value = this.#values.get(name);
    return value === undefined ? undefined : { value };
  }
  replace(name: string, value: string): void {
    this.#values.set(name, value);
    this.#send();
  }
  delete(name: string): void {
    this.#values.delete(name);
    this.#send();
  }

  get values(): Values {
    return Object.fromEntries(this.#values);
  }

  #send(): void {
    this.sent.push({ persistent: this.#persistent, names: [...this.#values.keys()] });
  }
}

const isSecret = (name: string): boolean => SECRETS.includes(name);
const ann = { BAP_ID: 'ann', BAP_PUBKEY: '02aa' };
const states: Record<string, Values> = {
  nothing: {},
  'an identity': ann,
  'an identity without a key': { BAP_ID: 'ann' },
  'another identity': { BAP_ID: 'bob', BAP_PUBKEY: '03bb' },
  'a token': { CLAWNET_TOKEN: 'one' },
  'an identity and a token': { ...ann, CLAWNET_TOKEN: 'one' },
  'an identity and a renewed token': { ...ann, CLAWNET_TOKEN: 'two' },
  'both tokens': { ...ann, CLAWNET_TOKEN: 'one', ADOMPKG_TOKEN: 'ada' },
};
/** What the extension host says of a collection that it has received, or that this extension has filled. */
const origins: readonly (readonly [name: string, persistent: (values: Values) => boolean])[] = [
  ['that this window filled', (values) => !Object.keys(values).some(isSecret)],
  ['after a restart of the extension host', () => true],
];

describe('the collection of terminal variables', () => {
  for (const [origin, persistent] of origins)
    for (const [from, before] of Object.entries(states))
      for (const [to, after] of Object.entries(states)) {
        it(`${origin}, turns from ${from} into ${to}, and no token is ever persistent`, () => {
          const collection = new SentCollection(before, persistent(before));
          keepSecretsUnstored(collection, SECRETS);
          assert.deepEqual(collection.values, before);
          fill(collection, after, to, SECRETS);
          assert.deepEqual(collection.values, after);
          assert.equal(collection.description, to);
          assert.equal(collection.persistent, !Object.keys(after).some(isSecret));
          const leaks = collection.sent.filter((each) => each.persistent && each.names.some(isSecret));
          assert.deepEqual(leaks, []);
        });
      }

  for (const [name, values] of Object.entries(states))
    it(`sends nothing when it already holds ${name}`, () => {
      const collection = new SentCollection(values, !Object.keys(values).some(isSecret), 'words');
      keepSecretsUnstored(collection, SECRETS);
      fill(collection, values, 'words', SECRETS);
      assert.deepEqual(collection.sent, []);
    });
});
