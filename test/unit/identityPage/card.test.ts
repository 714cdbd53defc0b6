import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { identityCard } from '../../../src/identityPage/card.ts';
import { texts } from '../support/identityTexts.ts';
import { recordOf } from '../support/record.ts';

const person: LiveSession['person'] = {
  accountId: 'bap-1',
  accountLabel: 'Ann (bap-1)',
  subject: 'user-1',
  name: 'Ann Example',
  email: 'ann@example.com',
  bap: {
    bapId: 'bap-1',
    rootAddressProven: false,
    pubkey: '02aa',
    profile: {
      alternateName: 'ann',
      givenName: 'Ann',
      familyName: 'Example',
      description: 'Writes code',
      rootAddress: '1Root',
      currentAddress: '1Current',
      addresses: [
        { address: '1Root' },
        { address: '1Middle', block: 3 },
        { address: '1Current' },
        { address: '1Middle' },
      ],
    },
  },
};

const grantOf = (different: Partial<LiveSession['grant']>): LiveSession['grant'] => ({
  ...recordOf('s1').grant,
  ...different,
});

const cardOf = (...records: [LiveSession, ...LiveSession[]]) =>
  identityCard(records, 'Sigma Identity', texts, 'en');
/** The rows as `BAP ID: bap-1`, with the group titles between them. */
const linesOf = (...records: [LiveSession, ...LiveSession[]]): string[] =>
  cardOf(...records).groups.flatMap(({ title, rows }) => [
    title,
    ...rows.map(({ label, value }) => `${label}: ${value}`),
  ]);

describe('an identity card', () => {
  const since = Date.UTC(2026, 10, 3, 14, 5);
  const until = Date.UTC(2026, 10, 10, 14, 5);

  it('shows everything known about a user, and each address once', () => {
    const lines = linesOf(
      recordOf('s1', { person, signedInAtMs: since, grant: grantOf({ expiresAtMs: until }) }),
    );
    assert.deepEqual(lines.slice(0, -2), [
      'Identity',
      'BAP ID: bap-1',
      'Public key: 02aa',
      'Root address: 1Root',
      'Current address: 1Current',
      'Other address: 1Middle',
      'User ID: user-1',
      'Profile',
      'Also known as: ann',
      'Given name: Ann',
      'Family name: Example',
      'Description: Writes code',
      'Email: ann@example.com',
      'Session',
      'Scopes: profile openid',
    ]);
    assert.match(lines.at(-2) ?? '', /^Signed in: November 3, 2026.*\d:05.+\S$/);
    assert.match(lines.at(-1) ?? '', /^Expires: November 10, 2026.*\d:05.+\S$/);
  });

  it('shows the name, the initials and the service', () => {
    const { name, initials, service } = cardOf(recordOf('s1', { person }));
    assert.deepEqual(
      { name, initials, service },
      { name: 'Ann Example', initials: 'AE', service: 'Sigma Identity' },
    );
  });

  it('shows the scopes that were granted, and notes which were not', () => {
    const { grant } = recordOf('s1');
    const scopes = ['openid', 'email', 'profile'];
    const rowOf = (granted?: string[]): unknown =>
      cardOf(recordOf('s1', { scopes, grant: { ...grant, ...(granted && { scopes: granted }) } }))
        .groups.flatMap((group) => group.rows)
        .find(({ label }) => label === 'Scopes');
    const row = { kind: 'text', label: 'Scopes' };
    assert.deepEqual(rowOf(), { ...row, value: 'openid email profile' });
    assert.deepEqual(rowOf(['profile', 'openid', 'email']), { ...row, value: 'profile openid email' });
    assert.deepEqual(rowOf(['openid']), { ...row, value: 'openid', note: 'Not granted: email profile' });
    assert.deepEqual(rowOf(['email', 'ad\u200bmin']), {
      ...row,
      value: 'email admin',
      note: 'Not granted: openid profile',
    });
  });

  it('strips characters that hide or reorder text from the user ID and scopes', () => {
    const subject = `user\u202e-1\u200b\n${'x'.repeat(16_000)}`;
    const lines = linesOf(recordOf('s1', { person: { ...person, subject }, scopes: ['open\u200bid'] }));
    const userId = lines.find((line) => line.startsWith('User ID')) ?? '';
    assert.match(userId, /^User ID: user-1 x{248}…$/);
    assert.ok(lines.includes('Scopes: openid'));
  });

  it('omits missing values and empty groups', () => {
    const bare = { accountId: 'u1', accountLabel: 'Ada (u1)', subject: 'u1', name: 'Ada' };
    const lines = linesOf(recordOf('s1', { serviceId: 'adom', person: bare, scopes: [] }));
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('Signed in')),
      ['Identity', 'User ID: u1', 'Session', 'Scopes: None', 'Expires: Not known'],
    );
  });

  it('adds a note to a root address only if it is proven', () => {
    const notes = (rootAddressProven: boolean): (string | undefined)[][] => {
      assert.ok(person.bap);
      const record = recordOf('s1', { person: { ...person, bap: { ...person.bap, rootAddressProven } } });
      const rows = cardOf(record).groups.flatMap((group) => group.rows);
      return rows.filter(({ note }) => note !== undefined).map(({ label, note }) => [label, note]);
    };
    assert.deepEqual(notes(true), [[texts.rootAddress, texts.rootAddressProven]]);
    assert.deepEqual(notes(false), []);
  });

  it('makes values copyable, but not placeholders', () => {
    const rows = cardOf(recordOf('s1', { scopes: [] })).groups.flatMap((group) => group.rows);
    const none = rows.filter(({ kind }) => kind === 'none').map(({ value }) => value);
    assert.deepEqual(none, ['None', 'Not known']);
  });

  it('shows the same name only once', () => {
    const bap = { bapId: 'bap-1', rootAddressProven: false, profile: { alternateName: 'Ann' } };
    const lines = linesOf(recordOf('s1', { person: { ...person, name: 'Ann', bap } }));
    assert.ok(!lines.some((line) => line.startsWith('Also known as')));
  });

  it('numbers the sessions of an account and shows the scopes of each', () => {
    const lines = linesOf(
      recordOf('s1', { scopes: ['openid'] }),
      recordOf('s2', { scopes: ['openid', 'email'] }),
    );
    assert.deepEqual(
      lines.filter((line) => /^Session \d|^Scopes/.test(line)),
      ['Session 1', 'Scopes: openid', 'Session 2', 'Scopes: openid email'],
    );
  });

  it('shows the newest session’s data, completed from older sessions', () => {
    const older = recordOf('s1', { person: { ...person, picture: 'https://auth.example/ann.png' } });
    const { email, ...withoutEmail } = person;
    const newer = recordOf('s2', { person: { ...withoutEmail, name: 'Ann Newname' } });
    const card = cardOf(older, newer);
    assert.equal(card.name, 'Ann Newname');
    assert.equal(card.picture, 'https://auth.example/ann.png');
    assert.ok(linesOf(older, newer).includes(`Email: ${email ?? ''}`));
    const picture = 'https://auth.example/new.png';
    assert.equal(cardOf(older, recordOf('s3', { person: { ...person, picture } })).picture, picture);
  });

  it('resolves a picture against its own session’s server', () => {
    const picture = 'https://other.example/ann.png';
    const elsewhere = recordOf('s1', { grant: grantOf({ server: 'https://other.example' }) });
    assert.equal(cardOf(elsewhere, recordOf('s2', { person: { ...person, picture } })).picture, undefined);
  });

  it('omits an expiry beyond the range of dates', () => {
    assert.ok(
      linesOf(recordOf('s1', { grant: grantOf({ expiresAtMs: 8.64e15 }) })).some((line) =>
        /^Expires: .*275760/.test(line),
      ),
    );
    assert.ok(
      linesOf(recordOf('s1', { grant: grantOf({ expiresAtMs: 8.65e15 }) })).includes('Expires: Not known'),
    );
  });

  it('contains no token', () => {
    const record = recordOf('s1', { person, grant: grantOf({ refreshToken: 'refresh of s1' }) });
    assert.doesNotMatch(JSON.stringify(cardOf(record)), /token of s1|refresh of s1/);
  });

  it('formats times in the user’s language', () => {
    const card = identityCard([recordOf('s1', { signedInAtMs: since })], 'Adom', texts, 'de');
    assert.match(JSON.stringify(card), /3\. November 2026/);
  });

  it('shows the time zone, because the extension may run on another machine', () => {
    const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts(since);
    const zone = parts.find(({ type }) => type === 'timeZoneName')?.value;
    assert.ok(zone);
    assert.ok(linesOf(recordOf('s1', { signedInAtMs: since })).some((line) => line.endsWith(` ${zone}`)));
  });
});
