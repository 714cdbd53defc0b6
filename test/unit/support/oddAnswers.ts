import * as fc from 'fast-check';

import { anyJson, hostileText } from './hostile.ts';
import type { OddAnswer } from './oddServer.ts';

const c = fc.constantFrom;

const oddStatus = c(
  201,
  204,
  205,
  301,
  302,
  304,
  307,
  400,
  401,
  403,
  404,
  405,
  408,
  410,
  418,
  429,
  500,
  503,
  511,
  599,
);
const headers = fc.oneof(
  { weight: 2, arbitrary: c<Record<string, string>>({ 'content-type': 'application/json' }) },
  {
    weight: 2,
    arbitrary: c<Record<string, string>>(
      {},
      { 'content-type': 'text/html' },
      { 'content-type': 'text/event-stream' },
      { location: 'https://evil.example/?canary' },
      { 'retry-after': '3' },
      { 'retry-after': '99999999999999999999999' },
      { 'retry-after': '-5' },
      { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { 'x-retry-after': '1e5' },
      { date: 'Fri, 01 Jan 2100 00:00:00 GMT' },
      { 'www-authenticate': 'Bearer error="invalid_token"' },
    ),
  },
);
const NOT_JSON = ['', '{', '<!doctype html><title>Log in', '[[[[', '\ufeff{}', 'null', '1e999', '"\\ud800"'];
const HUGE = ['x'.repeat(1_100_000), '['.repeat(100_000) + ']'.repeat(100_000)];

/** An answer whose JSON is valid most of the time. Most answers come at once, in one piece, and with success. */
export function answer(
  good: fc.Arbitrary<unknown>,
  statuses: fc.Arbitrary<number> = fc.constant(200),
): fc.Arbitrary<OddAnswer> {
  const plain = fc
    .tuple(good, statuses)
    .map(([value, each]) => ({ ...PLAIN, status: each, pieces: [JSON.stringify(value)] }));
  const json = fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: anyJson });
  const text = fc.oneof(
    { weight: 6, arbitrary: json.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: c(...NOT_JSON) },
    {
      weight: 1,
      arbitrary: fc.tuple(json, fc.nat(60)).map(([value, at]) => JSON.stringify(value).slice(0, at)),
    },
  );
  const pieces = fc.oneof(
    text.map((whole) => [whole]),
    text.map((whole) => whole.match(/.{1,40}/gsu) ?? []),
  );
  const status = fc.oneof({ weight: 2, arbitrary: statuses }, { weight: 1, arbitrary: oddStatus });
  const odd = fc.record({ status, headers, pieces, everyMs: late, end: ending, does: doing });
  return fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: odd });
}

const PLAIN = {
  headers: { 'content-type': 'application/json' },
  everyMs: 0,
  end: 'ends',
  does: 'answers',
} as const;

const late = fc.oneof(
  { weight: 3, arbitrary: c(0) },
  { weight: 2, arbitrary: c(10, 900, 7_000, 14_999, 15_000, 44_000, 46_000) },
);
const ending = fc.oneof(
  { weight: 6, arbitrary: c('ends' as const) },
  { weight: 1, arbitrary: c('breaks' as const, 'stays open' as const, 'begins again' as const) },
);
const doing = fc.oneof(
  { weight: 6, arbitrary: c('answers' as const) },
  { weight: 1, arbitrary: c('breaks' as const, 'hangs' as const, 'is deaf' as const) },
);

const huge: fc.Arbitrary<OddAnswer> = c(...HUGE).map((whole) => ({
  status: 200,
  headers: {},
  pieces: [whole],
  everyMs: 0,
  end: 'begins again',
  does: 'answers',
}));

const event = fc.oneof(
  {
    weight: 4,
    arbitrary: c('tok.canary-stream-1', 'tok.canary-stream-2', 'not a token', '').map(
      (token) => `event: authenticated\ndata: ${JSON.stringify({ session_token: token })}\n\n`,
    ),
  },
  {
    weight: 3,
    arbitrary: c(
      ': ping\n\n',
      'event: timeout\n\n',
      'event: authenticated\n\n',
      'event: authenticated\ndata: {\n\n',
      'retry: 0\n\n',
      'data: x\n\n',
      'id: \u0000\n\n',
      '\n',
    ),
  },
  { weight: 1, arbitrary: hostileText },
);
/** A stream of events. */
export const stream: fc.Arbitrary<OddAnswer> = fc.record({
  status: fc.oneof({ weight: 8, arbitrary: c(200) }, c(206, 404, 500)),
  headers: c({ 'content-type': 'text/event-stream' }, { 'content-type': 'Text/Event-Stream; charset=x' }),
  pieces: fc.oneof(
    { weight: 9, arbitrary: fc.array(event, { maxLength: 5 }) },
    { weight: 1, arbitrary: c(['data: ' + 'x'.repeat(300_000)], [':' + 'x'.repeat(1_100_000) + '\n\n']) },
  ),
  everyMs: late,
  end: c('ends' as const, 'breaks' as const, 'stays open' as const, 'begins again' as const),
  does: doing,
});

/** A list of answers. */
export const some = (each: fc.Arbitrary<OddAnswer>): fc.Arbitrary<OddAnswer[]> =>
  fc.array(each, { minLength: 1, maxLength: 4 });
/** Or one that is too large. */
export const orHuge = (each: fc.Arbitrary<OddAnswer>): fc.Arbitrary<OddAnswer> =>
  fc.oneof({ weight: 40, arbitrary: each }, { weight: 1, arbitrary: huge });
