import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { type HttpOutcome, isSuccess, type Problem, problemOfOutcome } from '../../../src/http/outcome.ts';

const answer = (status: number, type: string): HttpOutcome => ({
  kind: 'answer',
  status,
  headers: new Headers({ 'content-type': type }),
  json: undefined,
});
const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

const ROWS: [name: string, outcome: HttpOutcome, problem: Problem | undefined][] = [
  ['no answer', { kind: 'noAnswer', problem: 'dns' }, 'dns'],
  ['a redirect', { kind: 'redirect' }, 'loginPage'],
  ['a page', answer(200, HTML), 'loginPage'],
  ['a page with 401', answer(401, HTML), 'loginPage'],
  ['511, which is for login pages', answer(511, HTML), 'loginPage'],
  ['403 with a page', answer(403, HTML), 'blocked'],
  ['403 with text', answer(403, 'text/plain'), 'blocked'],
  ['404 with a page', answer(404, HTML), 'notFound'],
  ['404 with JSON', answer(404, JSON_TYPE), 'notFound'],
  ['405', answer(405, JSON_TYPE), 'notFound'],
  ['408', answer(408, HTML), 'serverFault'],
  ['429', answer(429, JSON_TYPE), 'busy'],
  ['500', answer(500, JSON_TYPE), 'serverFault'],
  ['502 with the page of a gateway', answer(502, HTML), 'serverFault'],
  ['200 with JSON', answer(200, JSON_TYPE), undefined],
  ['JSON that names a page in its type', answer(200, 'application/json; profile="text/html"'), undefined],
  ['400 with JSON', answer(400, JSON_TYPE), undefined],
  ['401 with JSON', answer(401, JSON_TYPE), undefined],
];

describe('problemOfOutcome', () => {
  for (const [name, outcome, problem] of ROWS) {
    it(`${name}: ${problem ?? 'none'}`, () => {
      assert.equal(problemOfOutcome(outcome), problem);
    });
  }
});

describe('isSuccess', () => {
  for (const status of [200, 201, 204, 299])
    it(`says true for ${status}`, () => {
      assert.equal(isSuccess(answer(status, JSON_TYPE)), true);
    });
  for (const status of [101, 199, 300, 304, 400, 500])
    it(`says false for ${status}`, () => {
      assert.equal(isSuccess(answer(status, JSON_TYPE)), false);
    });
  it('says false without an answer', () => {
    assert.equal(isSuccess({ kind: 'redirect' }), false);
    assert.equal(isSuccess({ kind: 'noAnswer', problem: 'dns' }), false);
  });
});
