import { appendFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { BapIdentityApi } from '../../../src/api.ts';
import { tookMs } from '../../bench/figure.ts';
import type { PairMs, SilentMs, WindowTimes } from '../../bench/windowTimes.ts';
import { World } from '../../host/suite/world.ts';

const OURS = 'bap-identity.bap-authentication';
const ROUNDS = 200;
const MANY = 200;
/** Time for a new window to settle, in milliseconds. */
const CALM_MS = 2_000;
/** An unknown session: answering needs all stored sessions but no service. */
const NOBODY = { id: '', accessToken: '', account: { id: '', label: '' }, scopes: [] };

/** VS Code activates this extension before the measured one because of its event `*`. */
export async function activate(): Promise<void> {
  const { BAP_BENCH_FILE: file } = process.env;
  if (file === undefined) throw new Error('Start this extension with npm run bench.');
  await calm();
  const ours = inactive<BapIdentityApi>(OURS);
  const answerMs = await tookMs(async () => {
    await ours.activate();
    await ours.exports.verifySession(NOBODY);
  });
  // Not awaited: VS Code waits for this function before it activates other extensions.
  void calm()
    .then(measureSilentCalls)
    .then((silentMs) => {
      const times: WindowTimes = { answerMs, silentMs };
      return appendFile(file, `${JSON.stringify(times)}\n`);
    });
}

function inactive<Api>(id: string): vscode.Extension<Api> {
  const extension = vscode.extensions.getExtension<Api>(id);
  if (extension === undefined || extension.isActive) throw new Error(`${id} cannot be measured.`);
  return extension;
}

async function measureSilentCalls(): Promise<SilentMs> {
  await register('one-session', () => ({ scope: 'a', account: 'bap-1' }), 1);
  await register('many-scopes', (at) => ({ scope: at === 0 ? 'a' : `a${at}`, account: 'bap-1' }), MANY);
  await register('many-accounts', (at) => ({ scope: 'a', account: `bap-${at}` }), MANY);
  const ours = (): Thenable<unknown> => ask('sigma-identity', ['openid', 'profile']);
  const github = (): Thenable<unknown> => ask('github', ['read:user', 'user:email']);
  const oneSession = (): Thenable<unknown> => ask('one-session', ['a']);
  return {
    oursAndGithub: await inTurn(ours, github),
    manyScopesAndOne: await inTurn(() => ask('many-scopes', ['a']), oneSession),
    manyAccountsAndOne: await inTurn(() => ask('many-accounts', ['a']), oneSession),
  };
}

/** Times two calls alternately, so that other work on the machine and leftovers of earlier calls slow both equally. */
async function inTurn(one: () => Thenable<unknown>, other: () => Thenable<unknown>): Promise<PairMs> {
  const oneMs: number[] = [];
  const otherMs: number[] = [];
  const timeOne = async (): Promise<unknown> => oneMs.push(await tookMs(one));
  const timeOther = async (): Promise<unknown> => otherMs.push(await tookMs(other));
  for (let round = 0; round < ROUNDS; round++)
    for (const time of round % 2 === 0 ? [timeOne, timeOther] : [timeOther, timeOne]) await time();
  return [oneMs, otherMs];
}

/** Registers our provider with a fake service after `count` sign-ins. */
async function register(
  id: string,
  signIn: (at: number) => { scope: string; account: string },
  count: number,
): Promise<void> {
  const world = new World();
  for (let at = 0; at < count; at++) {
    const { scope, account } = signIn(at);
    world.account = account;
    await world.signIn([scope]);
  }
  vscode.authentication.registerAuthenticationProvider(id, id, world.provider, {
    supportsMultipleAccounts: true,
  });
}

function ask(provider: string, scopes: string[]): Thenable<unknown> {
  return vscode.authentication.getSession(provider, scopes, { silent: true });
}

function calm(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, CALM_MS));
}
