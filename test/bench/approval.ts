import { systemClock } from '../../src/base/clock.ts';
import type { Http } from '../../src/http/send.ts';
import { adom } from '../../src/services/adom/adom.ts';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { createFolder } from '../vscode/serverProcess.ts';
import { atMost, figure, median, ms, tookMs, type Figure } from './figure.ts';
import { deleteFiles } from './realFiles.ts';
import { openRealWindow } from './realWindow.ts';
import { silentLog } from './silentLog.ts';
import { serviceTexts } from '../unit/support/serviceTexts.ts';

const SIGN_INS = 30;
/** How much longer than a round trip an approval may take. */
const ALLOWED_MS = 50;
const USER_AGENT = 'bench/1';

/** The time from the approval in the browser to a stored session, through Adom's stream. */
export async function approval(): Promise<Figure[]> {
  const server = await startAdomServer();
  const folder = createFolder();
  try {
    const sessionMs: number[] = [];
    const roundTripMs: number[] = [];
    const ask = (): Promise<Response> =>
      fetch(`${server.url}/user`, { headers: { 'user-agent': USER_AGENT } });
    for (let time = 0; time < SIGN_INS; time++) {
      roundTripMs.push(await tookMs(ask));
      sessionMs.push(await approvalMs(server, folder));
    }
    const how = `median of ${SIGN_INS} sign-ins at the reference server on this machine`;
    const roundTrip = median(roundTripMs);
    return [
      figure('A round trip to Adom', ms(roundTrip), how),
      atMost(
        'From an approval at Adom to a stored session',
        median(sessionMs),
        roundTrip + ALLOWED_MS,
        how,
        ms,
      ),
    ];
  } finally {
    await server.close();
    await deleteFiles(folder);
  }
}

async function approvalMs(server: AdomServer, folder: string): Promise<number> {
  const http: Http = {
    fetch: (...request) => fetch(...request),
    clock: systemClock,
    log: silentLog,
    userAgent: USER_AGENT,
  };
  const settings = {
    ...{ apiUrl: server.url, defaultApiUrl: server.url },
    ...({ sessionMaxAgeSeconds: 86_400, updates: 'stream' } as const),
  };
  const window = await openRealWindow(
    folder,
    adom(http, () => settings, serviceTexts),
  );
  const signIn = window.signIn();
  while (server.openStreams === 0) await new Promise(setImmediate);
  const took = await tookMs(() => {
    server.approve();
    return signIn;
  });
  await window.close();
  return took;
}
