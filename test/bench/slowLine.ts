import { Workbench } from '../e2e/workbench.ts';
import { startSigmaServer } from '../servers/sigma.ts';
import { atMost, median, ms, type Figure } from './figure.ts';

const WINDOWS = 3;
const MOST_MS = 2_000;

/** A silent getSession by another extension, right after a window with a slow remote host opens. */
export async function slowLine(): Promise<Figure[]> {
  const sigma = await startSigmaServer({ intervalSeconds: 1 });
  const workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url }, 'slow');
  try {
    await workbench.run('Consumer: Sign In with Sigma Identity');
    await workbench.answerDialog('Allow');
    await sigma.approve(await workbench.userCode('Sigma Identity'));
    await workbench.waitForNotification('Consumer: the service says 200.');
    for (let window = 0; window < WINDOWS; window++) {
      await workbench.reload();
      await workbench.run('Consumer: Who Is Signed In with Sigma Identity');
      await workbench.waitForNotification('and the service says 200');
    }
    const answers = (await workbench.logs()).matchAll(/silent answer of sigma-identity after (\d+) ms/g);
    const tookMs = [...answers].map(([, each]) => Number(each));
    const how = `median of ${WINDOWS} windows, after a start that took five seconds longer`;
    const what = 'Silent getSession where a round trip to the host takes 300 ms';
    return [atMost(what, median(tookMs), MOST_MS, how, ms)];
  } finally {
    await workbench.close();
    await sigma.close();
  }
}
