import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ADOM_ROWS } from '../../probe/adomRows.ts';
import type { AdomOptions } from '../../servers/adom.ts';
import { adomRows, probeAdomWith } from '../support/probeWorld.ts';

type Rows = Record<keyof typeof ADOM_ROWS, string>;

const AS_DOCUMENTED: Rows = {
  created: 'yes 201',
  lifetime: 'yes 900 s',
  maxAge: 'yes 3600 s',
  confirmationCode: 'yes XXXX-XXXX',
  updatesUrl: 'yes on the same host',
  updatesStatus: 'yes',
  authUrl: 'yes on the same host',
  pending: 'yes 200',
  stream: 'yes 200',
  pings: 'yes a comment, the first after N s',
  streamed: 'yes',
  again: 'yes 200',
  bearer: 'yes 200',
  cookie: 'yes',
  rotates: 'no',
  oldWorks: '–',
  logout: 'yes 204',
  dead: 'yes',
  corsIntents: 'yes without a token: 201',
  corsStatus: 'yes without a token: 404',
  corsUser: 'no preflight 404',
  corsLogout: 'no preflight 404',
};

const CASES: readonly { server: string; options: AdomOptions; differs: Partial<Rows> }[] = [
  { server: 'as documented', options: {}, differs: {} },
  {
    server: 'without a confirmation code and an address for updates',
    options: { confirmationCode: false, updatesUrl: 'absent' },
    differs: { confirmationCode: 'no', updatesUrl: 'no', updatesStatus: '–' },
  },
  {
    server: 'with the other address for updates, for cookies and any origin',
    options: { updatesUrl: 'without-status', bearer: false, anyOrigin: true },
    differs: {
      updatesStatus: 'no',
      bearer: 'no 401',
      corsUser: 'yes without a token: 401',
      corsLogout: 'yes without a token: 401',
    },
  },
  {
    server: 'that replaces tokens',
    options: { rotatesTokens: true },
    differs: { rotates: 'yes by set-cookie session_token', oldWorks: 'no' },
  },
  {
    server: 'that replaces tokens and keeps the old ones',
    options: { rotatesTokens: 'keepingOld' },
    differs: {
      rotates: 'yes by set-cookie session_token',
      oldWorks: 'yes',
      dead: 'yes but an earlier one still works',
    },
  },
];

describe('the probe’s table of Adom', { concurrency: true }, () => {
  for (const { server, options, differs } of CASES)
    it(`says what holds at a server ${server}`, async () => {
      const probed = await probeAdomWith(options);
      const rows = adomRows(probed);
      const pings = rows.pings?.replace(/\d+ s$/, 'N s'); // a busy machine is slow
      assert.deepEqual({ ...rows, pings }, { ...AS_DOCUMENTED, ...differs });
      assert.equal(probed.code, 0);
    });
});
