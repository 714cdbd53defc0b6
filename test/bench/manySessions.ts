import type { Grant, IdentityService } from '../../src/services/service.ts';
import { createFolder } from '../vscode/serverProcess.ts';
import { atMost, type Figure } from './figure.ts';
import { instantService } from './instantService.ts';
import { deleteFiles } from './realFiles.ts';
import { openRealWindow, type RealWindow } from './realWindow.ts';
import { until } from './until.ts';

const WINDOWS = 10;
const SESSIONS = 200;
/** A token is renewed once it is older than ten seconds and about to expire. */
const FIRST_LIFE_MS = 15_000;
const AGE_MS = 11_000;
const HOUR_MS = 3_600_000;

/** Counts its calls. Its first tokens expire soon and can be renewed. */
class CountedService {
  account = '';
  renewals = 0;
  readonly revoked: string[] = [];
  readonly service: IdentityService;

  constructor() {
    const instant = instantService(() => this.account);
    this.service = {
      ...instant,
      identify: async (grant, signal) => {
        const identified = await instant.identify(grant, signal);
        if (identified.kind !== 'identified') return identified;
        const refreshToken = `refresh ${grant.accessToken}`;
        return {
          ...identified,
          grant: { ...grant, refreshToken, expiresAtMs: Date.now() + FIRST_LIFE_MS },
        };
      },
      renew: (grant) => {
        this.renewals += 1;
        const renewed: Grant = {
          ...grant,
          accessToken: `${grant.accessToken} renewed`,
          refreshToken: `${grant.refreshToken} renewed`,
          expiresAtMs: Date.now() + HOUR_MS,
        };
        return Promise.resolve({ kind: 'granted', grant: renewed });
      },
      revoke: ({ accessToken }) => {
        this.revoked.push(accessToken);
        return Promise.resolve({ kind: 'ended' });
      },
    };
  }
}

/** Signs in, opens windows, and renews and signs out in all windows at once. */
export async function manySessions(): Promise<Figure[]> {
  const folder = createFolder();
  const counted = new CountedService();
  const windows: RealWindow[] = [];
  const open = async (): Promise<RealWindow> => {
    const window = await openRealWindow(folder, counted.service);
    windows.push(window);
    return window;
  };
  try {
    const first = await open();
    for (let session = 0; session < SESSIONS; session++) {
      counted.account = `bap-${session}`;
      await first.signIn();
    }
    const signedInMs = Date.now();
    while (windows.length < WINDOWS) await open();
    let wrong = await differences(windows, SESSIONS, () => true);

    await new Promise((resolve) => setTimeout(resolve, signedInMs + AGE_MS - Date.now()));
    await Promise.all(windows.map(({ sessions }) => sessions.settle()));
    wrong += await differences(windows, SESSIONS, (token) => token.endsWith('renewed'));

    const ids = first.sessions.records.configured().map(({ id }) => id);
    await Promise.all(ids.map((id, at) => (windows[at % WINDOWS] ?? first).sessions.signOut(id)));
    await open();
    wrong += await differences(windows, 0, () => true);
    await until(() => counted.revoked.length >= SESSIONS);
    const revokedTwice = counted.revoked.length - new Set(counted.revoked).size;
    const notRevoked = SESSIONS - new Set(counted.revoked.filter((token) => token.endsWith('renewed'))).size;

    const how = `${SESSIONS} sessions in ${WINDOWS} windows with one folder in one process: opened, renewed and signed out of in all windows at once`;
    return [
      atMost('Sessions that a window missed, had too much, or with an old token', wrong, 0, how, String),
      atMost('Requests for new tokens, from all windows', counted.renewals, SESSIONS, how, String),
      atMost('Tokens that a sign-out revoked twice or never', revokedTwice + notRevoked, 0, how, String),
    ];
  } finally {
    await Promise.all(windows.map((window) => window.close()));
    await deleteFiles(folder);
  }
}

/** Counts extra, missing and wrong sessions in all windows after giving them time to agree. */
async function differences(
  windows: readonly RealWindow[],
  count: number,
  isRight: (accessToken: string) => boolean,
): Promise<number> {
  const now = (): number =>
    windows
      .map(({ sessions }) => sessions.records.configured())
      .map(
        (all) => all.filter(({ grant }) => !isRight(grant.accessToken)).length + Math.abs(all.length - count),
      )
      .reduce((sum, each) => sum + each, 0);
  await until(() => now() === 0);
  return now();
}
