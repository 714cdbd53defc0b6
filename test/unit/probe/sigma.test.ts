import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SIGMA_ROWS } from '../../probe/sigmaRows.ts';
import { personWithoutIdentity, type SigmaOptions } from '../../servers/sigma.ts';
import { probeSigmaWith, sigmaRows } from '../support/probeWorld.ts';

type Rows = Record<keyof typeof SIGMA_ROWS, string>;

/** Session tokens from the device endpoint, for a person with one identity. */
const DEVICE_ROAD: Rows = {
  clientAccepted: 'yes',
  clientListed: 'yes',
  offlineAccess: 'yes 200',
  codeByForm: 'yes 200',
  codeAnswer: 'yes lifetime 900 s, interval 1 s',
  completeUri: 'yes parameter code, on the same host',
  waiting: 'yes 400 authorization_pending',
  deviceRoad: 'yes',
  tokenLifetime: 'yes 168 h',
  tokenScope: 'yes openid profile offline_access',
  idToken: 'no',
  refreshToken: 'no',
  bapIdAtOnce: 'no 200',
  organizations: 'yes 200, one',
  bapOrganizations: 'yes',
  setActive: 'yes 200',
  follows: 'yes',
  bapClaim: 'yes',
  rootProven: 'yes',
  pubkey: 'yes',
  sessionKnown: 'yes lives for 168 h',
  sessionActive: 'yes',
  sessionExtended: 'not known not in its first minutes',
  renewed: '–',
  rotated: '–',
  signOut: 'yes 200',
  revoke: 'no 404',
  dead: 'yes userinfo: 401 invalid_token',
  sessionDead: 'yes 200',
  refreshDead: '–',
  corsCode: 'yes without a token: 400',
  corsToken: 'yes without a token: 400',
  corsOAuthToken: 'no answer 404: the origin is not allowed',
  corsUserinfo: 'yes without a token: 401',
  corsList: 'no preflight 404',
  corsSetActive: 'no preflight 404',
  corsSession: 'no preflight 404',
  corsSignOut: 'no preflight 404',
  corsRevoke: 'no answer 404: the origin is not allowed',
};

/** What userinfo says of a person whose identity nobody has made active. */
const NO_BAP = {
  setActive: '– no identity to make active',
  follows: '– none is active',
  bapClaim: '– there is none',
  rootProven: '– there is none',
  pubkey: '– there is none',
  sessionActive: 'no',
};

interface Case {
  readonly server: string;
  readonly options: SigmaOptions;
  readonly person?: number;
  readonly differs: Partial<Rows>;
}

const CASES: readonly Case[] = [
  { server: 'with session tokens and organizations', options: {}, differs: {} },
  {
    server: 'with the OAuth road',
    options: { oauth: { clientIds: ['editor'] } },
    differs: {
      deviceRoad: 'no from the OAuth endpoint, oauth2/token, by a form',
      tokenLifetime: 'yes 1 h',
      idToken: 'yes',
      refreshToken: 'yes',
      bapIdAtOnce: 'yes 200',
      organizations: 'no 401 UNAUTHORIZED',
      bapOrganizations: '–',
      setActive: 'no 401 UNAUTHORIZED',
      follows: '– none is active',
      sessionKnown: 'no 200 null',
      sessionActive: '–',
      sessionExtended: '–',
      renewed: 'yes',
      rotated: 'yes',
      revoke: 'yes 200',
      sessionDead: '– it never knew the token',
      refreshDead: 'yes rejected',
      corsOAuthToken: 'no answer 400: the origin is not allowed',
      corsRevoke: 'no answer 400: the origin is not allowed',
    },
  },
  {
    server: 'without organizations',
    options: { organizations: false },
    differs: { organizations: 'no 404', bapOrganizations: '–', ...NO_BAP },
  },
  {
    server: 'that grants refresh tokens, extends sessions and allows any origin',
    options: { refreshTokens: true, revocation: true, updateAgeSeconds: 0, anyOrigin: true },
    differs: {
      refreshToken: 'yes',
      sessionExtended: 'yes',
      renewed: 'yes',
      rotated: 'yes',
      revoke: 'yes 200',
      refreshDead: 'no granted',
      corsOAuthToken: 'yes without a token: 400',
      corsList: 'yes without a token: 401',
      corsSetActive: 'yes without a token: 401',
      corsSession: 'yes without a token: 200',
      corsSignOut: 'yes without a token: 200',
      corsRevoke: 'yes without a token: 200',
    },
  },
  {
    server: 'where the identity is chosen at approval',
    options: { identityAtApproval: true },
    differs: { bapIdAtOnce: 'yes 200', follows: 'not known it named one before' },
  },
  {
    server: 'whose userinfo does not follow the active organization',
    options: { claimsFollowOrganization: false },
    differs: {
      follows: 'no',
      bapClaim: '– there is none',
      rootProven: '– there is none',
      pubkey: '– there is none',
    },
  },
  {
    server: 'for a person with two identities',
    options: {},
    person: 1,
    differs: { organizations: 'yes 200, several', rootProven: 'no' },
  },
  {
    server: 'for a person without an identity',
    options: { people: [personWithoutIdentity] },
    differs: { organizations: 'yes 200, none', bapOrganizations: '–', ...NO_BAP },
  },
];

describe('the probe’s table of Sigma Identity', { concurrency: true }, () => {
  for (const { server, options, person, differs } of CASES)
    it(`says what holds at a server ${server}`, async () => {
      const probed = await probeSigmaWith(options, person);
      assert.deepEqual(sigmaRows(probed), { ...DEVICE_ROAD, ...differs });
      assert.equal(probed.code, 0);
    });
});
