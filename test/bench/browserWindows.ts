import { type LoggedChange, readChanges } from '../e2e/changes.ts';
import { Workbench } from '../e2e/workbench.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { atMost, figure, median, ms, type Figure } from './figure.ts';

const WINDOWS = 10;
const ROUNDS = 5;
const LABEL = 'Sigma Identity';
/** How long a change may take to reach all windows. */
const LIMIT_MS = 30_000;
/** How long to wait for duplicate events. */
const AGAIN_MS = 1_000;
/** How much later than the first window a change may reach the last one. */
const MOST_APART_MS = 1_000;

/**
 * Signs in, signs in again and signs out with ten windows of one browser. test/consumer logs the events in each window.
 */
export async function browserWindows(): Promise<Figure[]> {
  const sigma = await startSigmaServer({ intervalSeconds: 1 });
  const first = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  try {
    const windows = [first];
    while (windows.length < WINDOWS) windows.push(await first.openWindow());
    for (const window of windows) {
      await window.page.bringToFront();
      await window.waitForAccountsEntry(`Sign in with ${LABEL}`);
    }
    const changes: LoggedChange[][] = [];
    let seen = 0;
    const hear = async (): Promise<void> => {
      const read = async (): Promise<LoggedChange[]> => readChanges(await first.logs()).slice(seen);
      const deadline = Date.now() + LIMIT_MS;
      while ((await read()).length < WINDOWS && Date.now() < deadline) await first.page.waitForTimeout(100);
      await first.page.waitForTimeout(AGAIN_MS);
      const heard = await read();
      seen += heard.length;
      changes.push(heard);
    };
    for (let round = 0; round < ROUNDS; round++) {
      for (let signIns = 0; signIns < 2; signIns++) {
        await signIn(windows[(2 * round + signIns) % WINDOWS] ?? first, sigma);
        await hear();
      }
      await signOut(windows[round] ?? first);
      await hear();
    }
    const kinds = Array.from({ length: ROUNDS }, () => ['added', 'changed', 'removed']).flat();
    const wrong = changes.filter((heard, at) => !isExact(heard, kinds[at] ?? ''));
    const apartMs = changes.map(
      ([earliest, ...others]) => (others.at(-1)?.atMs ?? NaN) - (earliest?.atMs ?? NaN),
    );
    const how = `${changes.length} sign-ins, new tokens and sign-outs in VS Code, ${WINDOWS} pages of one browser`;
    return [
      atMost(
        `Changes that did not reach each of ${WINDOWS} windows of a browser exactly once`,
        wrong.length,
        0,
        how,
        String,
      ),
      figure('From the first of these windows to the last, median', ms(median(apartMs)), how),
      atMost('The same, longest', Math.max(...apartMs), MOST_APART_MS, how, ms),
    ];
  } finally {
    await first.close();
    await sigma.close();
  }
}

async function signIn(window: Workbench, sigma: SigmaServer): Promise<void> {
  await window.page.bringToFront();
  await window.run('BAP Identity: Sign In…');
  await window.listItem(LABEL).click();
  await sigma.approve(await window.userCode(LABEL));
  await window.waitForNotification(`Signed in to ${LABEL}`);
  await window.clearNotifications();
}

async function signOut(window: Workbench): Promise<void> {
  await window.page.bringToFront();
  await window.run('BAP Identity: Sign Out…');
  await window.answerDialog('Sign Out');
}

function isExact(heard: readonly LoggedChange[], kind: string): boolean {
  const windows = new Set(heard.map(({ window }) => window));
  return (
    heard.length === WINDOWS &&
    windows.size === WINDOWS &&
    heard.every(({ change }) => change.startsWith(kind))
  );
}
