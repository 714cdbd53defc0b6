import { Workbench } from '../e2e/workbench.ts';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { atMost, median, ms, type Figure } from './figure.ts';

const SIGN_INS = 5;
const MOST_MS = 1_000;
const MODES = [
  ['Do Not Disturb', 'Notifications: Toggle Do Not Disturb Mode'],
  ['Zen Mode', 'View: Toggle Zen Mode'],
] as const;

/** The time from the server's code until it is on the screen in Do Not Disturb mode. */
export async function sight(): Promise<Figure[]> {
  const sigma = await startSigmaServer({ intervalSeconds: 1 });
  const workbench = await Workbench.open({
    'bapIdentity.sigma.serverUrl': sigma.url,
    'zenMode.fullScreen': false,
  });
  try {
    const figures: Figure[] = [];
    for (const [mode, toggle] of MODES) {
      await workbench.run(toggle);
      const shownMs: number[] = [];
      while (shownMs.length < SIGN_INS) shownMs.push(await msUntilShown(workbench, sigma));
      await workbench.run(toggle);
      const what = `From the code of Sigma Identity to the screen, in ${mode}`;
      figures.push(atMost(what, median(shownMs), MOST_MS, `median of ${SIGN_INS} sign-ins`, ms));
    }
    return figures;
  } finally {
    await workbench.close();
    await sigma.close();
  }
}

/** Starts a sign-in and cancels it once it is visible. */
async function msUntilShown(workbench: Workbench, sigma: SigmaServer): Promise<number> {
  let sentAtMs = NaN;
  sigma.failNext('/api/auth/device/code', {
    kind: 'rewrite',
    change: (body) => {
      sentAtMs = Date.now();
      return body;
    },
  });
  // The page records the time itself, because polling from here would be late.
  await workbench.page.evaluate(`void (globalThis.shownAtMs = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const seen = document.querySelector('.notifications-center.visible');
      if (!seen?.innerText.includes('Your code is')) return;
      observer.disconnect();
      resolve(Date.now());
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  }))`);
  await workbench.run('BAP Identity: Sign In…');
  await workbench.listItem('Sigma Identity').click();
  const shownAtMs = await workbench.page.evaluate<number>('globalThis.shownAtMs');
  await workbench.run('BAP Identity: Cancel Sign-In');
  await workbench.notificationList.waitFor({ state: 'detached' });
  return shownAtMs - sentAtMs;
}
