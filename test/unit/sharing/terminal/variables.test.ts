import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  terminalVariables as variablesOf,
  type TerminalMode,
  type TerminalVariables,
} from '../../../../src/sharing/terminal/variables.ts';
import type { LiveSession } from '../../../../src/sessions/record.ts';
import { recordOf as anyRecord } from '../../support/record.ts';

const NOW = 10_000;
const pubkey = `02${'ab'.repeat(32)}`;
const otherKey = `03${'cd'.repeat(32)}`;

/** Other tests do not depend on the token's format. */
const recordOf = (id: string, different: Partial<LiveSession>): LiveSession =>
  anyRecord(id, { grant: { ...anyRecord(id).grant, accessToken: `token-of-${id}` }, ...different });
const sigma = (id: string, createdAtMs: number, key?: string) =>
  recordOf(id, {
    signedInAtMs: createdAtMs,
    person: {
      accountId: id,
      accountLabel: id,
      subject: 'user-1',
      name: 'Ann',
      bap: { bapId: id, rootAddressProven: false, ...(key !== undefined && { pubkey: key }) },
    },
  });
const adom = (id: string, createdAtMs: number, expiresAtMs?: number) =>
  recordOf(id, {
    serviceId: 'adom',
    signedInAtMs: createdAtMs,
    grantedAtMs: NOW,
    grant: {
      server: 'https://adom.example',
      accessToken: `token-of-${id}`,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    },
    person: { accountId: id, accountLabel: id, subject: id, name: 'Ada' },
  });

const services = [
  { id: 'sigma-identity', label: 'Sigma Identity', tokenVariable: 'CLAWNET_TOKEN' },
  { id: 'adom', label: 'Adom', tokenVariable: 'ADOMPKG_TOKEN' },
  { id: 'silent', label: 'A service without a command line' },
];

/** `answers` maps session IDs to the user's answers. */
const terminalVariables = (
  mode: TerminalMode,
  records: readonly LiveSession[],
  answers: Record<string, boolean> = {},
  adomHasToken = false,
): TerminalVariables => variablesOf(mode, records, { services, answer: (id) => answers[id], adomHasToken });

const ada = adom('ada', 2, NOW + 1_000);
const everybody = [sigma('bap-1', 1, pubkey), ada];
const nothing = { values: {}, tokensOf: [], untilMs: Infinity, unanswered: [] };
const identity = { BAP_ID: 'bap-1', BAP_PUBKEY: pubkey };
const idsOf = (sessions: readonly LiveSession[]): string[] => sessions.map(({ id }) => id);

describe('the variables of new terminals', () => {
  it('are empty when the setting is off', () => {
    assert.deepEqual(terminalVariables('off', everybody, { 'bap-1': true, ada: true }), nothing);
  });

  it('are empty when no one is signed in', () => {
    for (const mode of ['identity', 'identityAndAdomToken', 'identityAndTokens'] as const)
      assert.deepEqual(terminalVariables(mode, []), nothing);
  });

  it('contain the identity without a token, even one that was allowed before', () => {
    assert.deepEqual(terminalVariables('identity', everybody, { 'bap-1': true, ada: true }), {
      ...nothing,
      values: identity,
    });
  });

  it('come from the latest sign-in with a BAP ID', () => {
    const records = [sigma('bap-2', 5, otherKey), sigma('bap-1', 1, pubkey), adom('ada', 9)];
    const { values } = terminalVariables('identity', records);
    assert.deepEqual(values, { BAP_ID: 'bap-2', BAP_PUBKEY: otherKey });
  });

  it('do not mix the ID of one identity with the key of another', () => {
    const { values } = terminalVariables('identity', [sigma('bap-1', 1, pubkey), sigma('bap-2', 2)]);
    assert.deepEqual(values, { BAP_ID: 'bap-2' });
  });
});

describe('each service’s token', () => {
  it('is absent until the user has answered', () => {
    const adomOnly = terminalVariables('identityAndAdomToken', everybody);
    assert.deepEqual([adomOnly.values, idsOf(adomOnly.unanswered)], [identity, ['ada']]);
    const all = terminalVariables('identityAndTokens', everybody);
    assert.deepEqual([all.values, idsOf(all.unanswered)], [identity, ['bap-1', 'ada']]);
  });

  it('is present once allowed for its account, until the first token expires', () => {
    assert.deepEqual(terminalVariables('identityAndTokens', everybody, { 'bap-1': true, ada: true }), {
      values: { ...identity, ADOMPKG_TOKEN: 'token-of-ada', CLAWNET_TOKEN: 'token-of-bap-1' },
      tokensOf: ['Sigma Identity', 'Adom'],
      untilMs: NOW + 1_000 - 200, // minus the margin, a fifth of its lifetime
      unanswered: [],
    });
  });

  it('does not wait for an answer about another service', () => {
    const waiting = terminalVariables('identityAndTokens', everybody, { ada: true });
    assert.deepEqual(waiting.values, { ...identity, ADOMPKG_TOKEN: 'token-of-ada' });
    assert.deepEqual(idsOf(waiting.unanswered), ['bap-1']);
    const refused = terminalVariables('identityAndTokens', everybody, { 'bap-1': true, ada: false });
    assert.deepEqual(refused.values, { ...identity, CLAWNET_TOKEN: 'token-of-bap-1' });
    assert.deepEqual(refused.unanswered, []);
  });

  it('is absent after a refusal, without asking again', () => {
    assert.deepEqual(terminalVariables('identityAndTokens', everybody, { 'bap-1': false, ada: false }), {
      ...nothing,
      values: identity,
    });
  });

  it('is absent if its service has no variable for it', () => {
    const records = [recordOf('silent', { serviceId: 'silent' })];
    assert.deepEqual(terminalVariables('identityAndTokens', records, { silent: true }), nothing);
    assert.deepEqual(terminalVariables('identityAndTokens', records), nothing);
  });

  it('is absent if the setting does not include it, even if allowed', () => {
    const { values, unanswered } = terminalVariables('identityAndAdomToken', everybody, { 'bap-1': true });
    assert.deepEqual([values, idsOf(unanswered)], [identity, ['ada']]);
  });

  it('is absent if the Adom CLI has its own', () => {
    const { values, untilMs, unanswered } = terminalVariables('identityAndAdomToken', everybody, {}, true);
    assert.deepEqual([values, untilMs, unanswered], [identity, Infinity, []]);
    const both = terminalVariables('identityAndTokens', everybody, { 'bap-1': true, ada: true }, true);
    assert.deepEqual(Object.keys(both.values), ['BAP_ID', 'BAP_PUBKEY', 'CLAWNET_TOKEN']);
  });

  it('belongs to the account in BAP_ID and needs an answer for that account', () => {
    const other = recordOf('no-bap', { signedInAtMs: 9, person: { ...ada.person, accountId: 'no-bap' } });
    const records = [...everybody, sigma('bap-2', 5, otherKey), other];
    const { values, unanswered } = terminalVariables('identityAndTokens', records, { 'bap-1': true });
    assert.deepEqual(values, { BAP_ID: 'bap-2', BAP_PUBKEY: otherKey });
    assert.deepEqual(idsOf(unanswered), ['bap-2', 'ada']);
    const after = terminalVariables('identityAndTokens', records, { 'bap-1': true, 'bap-2': true });
    assert.equal(after.values.CLAWNET_TOKEN, 'token-of-bap-2');
  });

  it('belongs to the newest account if none has a BAP ID, and needs its own answer', () => {
    const records = [adom('old', 1, NOW + 9_000), adom('newer', 2, NOW + 5_000)];
    assert.deepEqual(terminalVariables('identityAndAdomToken', records, { old: true, newer: true }), {
      values: { ADOMPKG_TOKEN: 'token-of-newer' },
      tokensOf: ['Adom'],
      untilMs: NOW + 4_000,
      unanswered: [],
    });
    const { values, unanswered } = terminalVariables('identityAndAdomToken', records, { old: true });
    assert.deepEqual([values, idsOf(unanswered)], [{}, ['newer']]);
  });

  it('needs one answer for all sessions of an account', () => {
    const [first] = everybody;
    const records = [...everybody, recordOf('more', { ...first, id: 'more', signedInAtMs: 7 })];
    const allowed = terminalVariables('identityAndTokens', records, { 'bap-1': true, ada: false });
    assert.deepEqual([allowed.values.CLAWNET_TOKEN, allowed.unanswered], ['token-of-bap-1', []]);
    const refused = terminalVariables('identityAndTokens', records, { 'bap-1': false, ada: false });
    assert.deepEqual(refused.unanswered, []);
  });

  it('may have no known expiry', () => {
    const { values, untilMs } = terminalVariables('identityAndAdomToken', [adom('ada', 1)], { ada: true });
    assert.deepEqual([values, untilMs], [{ ADOMPKG_TOKEN: 'token-of-ada' }, Infinity]);
  });

  for (const accessToken of ['${env:HOME}', 'two\nlines', 'a b', '"quoted"', '']) {
    it(`is absent if it is not a valid token: ${JSON.stringify(accessToken)}`, () => {
      const records = everybody.map((each) => ({ ...each, grant: { ...each.grant, accessToken } }));
      const { values, tokensOf } = terminalVariables('identityAndTokens', records, {
        'bap-1': true,
        ada: true,
      });
      assert.deepEqual([values, tokensOf], [identity, []]);
    });
  }
});
