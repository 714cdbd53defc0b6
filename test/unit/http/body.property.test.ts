import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { readBody } from '../../../src/http/body.ts';
import { holds } from '../support/fuzz.ts';
import { anyJson, hostileText } from '../support/hostile.ts';

const LONG = 'a\\"\\\\\\u0061'.repeat(40_000);

function streamOf(text: string, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return new ReadableStream({
    start(controller) {
      for (const [index, end] of [...at, bytes.length].entries())
        controller.enqueue(bytes.slice(at[index - 1] ?? 0, end));
      controller.close();
    },
  });
}

describe('readBody', () => {
  it('returns the text unchanged, in whatever pieces it comes', (context) =>
    holds(
      context,
      fc.tuple(
        fc.oneof(
          anyJson.map((json) => JSON.stringify(json)),
          hostileText,
        ),
        fc.array(fc.nat(), { maxLength: 6 }),
      ),
      async ([text, cuts]) => {
        assert.equal(
          await readBody(streamOf(text, cuts)),
          new TextDecoder().decode(new TextEncoder().encode(text)),
        );
      },
    ));

  it('empties only long strings, wherever the pieces end', (context) =>
    holds(context, fc.array(fc.nat(700_000), { maxLength: 6 }), async (cuts) => {
      const text = `{"sub":"user-1","picture":"${LONG}","list":["${LONG}","\\\\"],"name":"Ann"}`;
      assert.deepEqual(JSON.parse(await readBody(streamOf(text, cuts))), {
        sub: 'user-1',
        picture: '',
        list: ['', '\\'],
        name: 'Ann',
      });
    }));
});
