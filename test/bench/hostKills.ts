import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import { Workbench } from '../e2e/workbench.ts';
import { demoPerson, secondPerson, startSigmaServer } from '../servers/sigma.ts';
import { atMost, figure, type Figure } from './figure.ts';

/** 200 take about half an hour: `HOST_KILLS=200 node test/bench/run.ts hostKills`. */
const KILLS = Number(process.env.HOST_KILLS ?? 20);
/** Longer than writing a session takes. */
const WITHIN_MS = 10;
/** How long a sign-in may take on a busy machine. */
const WRITE_LIMIT_MS = 60_000;
const LABEL = 'Sigma Identity';

/**
 * Kills VS Code's extension host while it stores the session of a sign-in, then reloads the window. All accounts must
 * be in the Accounts menu again, with sessions read from disk.
 */
export async function hostKills(): Promise<Figure[]> {
  // With one identity, there is no choice to make.
  const second = { ...secondPerson, identities: secondPerson.identities.slice(0, 1) };
  const sigma = await startSigmaServer({ intervalSeconds: 1, people: [demoPerson, second] });
  const workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  let lost = 0;
  try {
    for (const person of [0, 1]) {
      await sigma.approve(await codeOfSignIn(workbench), 0, person);
      await workbench.waitForNotification(`Signed in to ${LABEL} as`);
      await workbench.clearNotifications();
    }
    const accounts = await accountsOf(workbench, 2);
    for (let kill = 0; kill < KILLS; kill++) {
      const code = await codeOfSignIn(workbench); // a kill before that would take the list of services away
      await Promise.all([killInWrite(workbench.serverFolder), sigma.approve(code, 0, kill % 2)]);
      await workbench.reload();
      const now = await accountsOf(workbench, 2);
      lost += accounts.filter((account) => !now.includes(account)).length;
    }
    const cut = readdirSync(sessionsFolder(workbench.serverFolder)).filter((file) => file.endsWith('.tmp'));
    const how = `${KILLS} times SIGKILL for VS Code’s extension host in the write of a session, 2 accounts`;
    return [
      atMost('Accounts lost with the extension host', lost, 0, how, String),
      figure('Writes that a kill has cut, whose files nobody reads', String(cut.length), how),
    ];
  } finally {
    await workbench.close();
    await sigma.close();
  }
}

async function codeOfSignIn(workbench: Workbench): Promise<string> {
  await workbench.run('BAP Identity: Sign In…');
  await workbench.listItem(LABEL).click();
  return workbench.userCode(LABEL);
}

/** Returns the accounts in the menu once there are `count`, or fewer if the rest never appear. */
async function accountsOf(workbench: Workbench, count: number): Promise<string[]> {
  let accounts: string[] = [];
  for (let tries = 0; tries < 20 && accounts.length < count; tries++) {
    accounts = (await workbench.accountsMenu()).filter((label) => label.endsWith(`(${LABEL})`));
    if (accounts.length < count) await workbench.page.waitForTimeout(500);
  }
  return accounts;
}

/** Resolves when the extension host is dead. Rejects when nothing is written. */
function killInWrite(serverFolder: string): Promise<void> {
  const folder = sessionsFolder(serverFolder);
  const host = extensionHost(serverFolder);
  return new Promise((resolve, reject) => {
    const watcher = watch(folder, () => {
      watcher.close();
      clearTimeout(late);
      setTimeout(() => {
        process.kill(host, 'SIGKILL');
        resolve();
      }, Math.random() * WITHIN_MS);
    });
    const late = setTimeout(() => {
      watcher.close();
      reject(new Error(`Nothing was written to ${folder}.`));
    }, WRITE_LIMIT_MS);
  });
}

/** The extension has one folder per key. */
function sessionsFolder(serverFolder: string): string {
  const all = path.join(serverFolder, 'data/User/globalStorage/bap-identity.bap-authentication/sessions');
  const [ofKey, another] = readdirSync(all);
  if (ofKey === undefined || another !== undefined) throw new Error('There is more or less than one key.');
  return path.join(all, ofKey);
}

/** Returns the process ID. Only Linux exposes the environment of a process, which identifies its server. */
function extensionHost(serverFolder: string): number {
  const found = readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id) || !existsSync(`/proc/${id}/cmdline`)) return false;
    return (
      readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=extensionHost') &&
      readFileSync(`/proc/${id}/environ`, 'utf8').includes(`TMPDIR=${serverFolder}\0`)
    );
  });
  if (found.length !== 1) throw new Error(`There are ${found.length} extension hosts.`);
  return Number(found[0]);
}
