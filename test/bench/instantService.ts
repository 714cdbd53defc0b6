import type { IdentityService } from '../../src/services/service.ts';
import { serviceTexts } from '../unit/support/serviceTexts.ts';

const SERVER = 'https://auth.example';
let grants = 0;

/** A service that immediately signs in the account named by `account`. */
export function instantService(account: () => string): IdentityService {
  return {
    ...serviceTexts,
    id: 'sigma-identity',
    label: 'Test',
    defaultScopes: [],
    settingKeys: { server: 'test' },
    servers: () => ({ current: SERVER, defaultServer: SERVER }),
    begin: () =>
      Promise.resolve({
        kind: 'pending',
        pending: {
          userCode: 'CODE',
          browserUri: `${SERVER}/device`,
          deadlineMs: Date.now() + 900_000,
          toResume: {},
          wait: () =>
            Promise.resolve({ kind: 'granted', grant: { server: SERVER, accessToken: `token ${++grants}` } }),
        },
      }),
    resume: () => undefined,
    identify: (grant) => {
      const id = account();
      const person = { accountId: id, accountLabel: `Ann (${id})`, subject: id, name: 'Ann' };
      return Promise.resolve({ kind: 'identified', person, grant });
    },
    verify: (grant) => Promise.resolve({ kind: 'valid', grant }),
    revoke: () => Promise.resolve({ kind: 'ended' }),
    check: () => Promise.reject(new Error('nothing to check')),
  };
}
