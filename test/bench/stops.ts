import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { SessionCipher } from '../../src/storage/cipher.ts';
import { demoPerson, requestsTo, startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { createFolder } from '../vscode/serverProcess.ts';
import { atMost, figure, type Figure } from './figure.ts';
import { deleteFiles } from './realFiles.ts';
import type { Task } from './stoppedWindow.ts';
import { until } from './until.ts';

const STOPS = 50;
/** Pairs of windows at the same time. */
const PAIRS = 10;
const STOP_MS = 30_000;
/** No younger token is renewed. */
const AGE_MS = 10_500;
const TOKEN = '/api/auth/oauth2/token';

/** No pair sends so many requests to one endpoint. */
const MORE_THAN_ENOUGH = 1_000;

const Tokens = z.array(z.string());
const Granted = z.object({ access_token: z.string() });

/** What the first window does when it is stopped, within which time, and what the second one does meanwhile. */
const STORIES: readonly (readonly [first: Task, withinMs: number, second: Task])[] = [
  ['renew', 100, 'renew'],
  ['renew', 100, 'signOut'],
  ['signIn', 1_200, 'renew'], // it asks once a second whether it is approved
];

/** What went wrong, counted. */
const wrong = { lost: 0, back: 0, left: 0, sentTwice: 0 };
let inWork = 0;

/** Stops one of two windows for half a minute in the middle of its work, while the other one works, too. */
export async function stops(): Promise<Figure[]> {
  await Promise.all(Array.from({ length: PAIRS }, (_, pair) => stopPair(pair)));
  const how = `${STOPS} times SIGSTOP for ${STOP_MS / 1000} s in one of two processes with one folder, in a renewal or a sign-in, while the other one renews or signs out`;
  return [
    figure('Stops that came before the work was done', String(inWork), how),
    atMost('Sessions that one of the two lost', wrong.lost, 0, how, String),
    atMost('Sessions that were back after the sign-out', wrong.back, 0, how, String),
    atMost('Tokens that stayed good after the sign-out', wrong.left, 0, how, String),
    atMost('Refresh tokens that were sent twice', wrong.sentTwice, 0, how, String),
  ];
}

async function stopPair(pair: number): Promise<void> {
  const options = { intervalSeconds: 1, refreshTokens: true, revocation: true };
  const server = await startSigmaServer({ ...options, people: [demoPerson] });
  const granted = recordTokens(server);
  const folder = createFolder();
  const { keyText } = await SessionCipher.create();
  const file = path.join(import.meta.dirname, 'stoppedWindow.ts');
  const start = (): ChildProcess => fork(file, [folder, keyText, server.url], { execArgv: [] });
  const [first, second] = [start(), start()];
  const windows = [first, second];
  try {
    await Promise.all(windows.map((window) => once(window, 'message')));
    for (let stop = pair; stop < STOPS; stop += PAIRS) {
      const [does, withinMs, meanwhile] = storyOf(stop);
      if ((await ask(second, 'tell')).length === 0) await (await signIn(second, server)).done;
      await sleep(AGE_MS);
      const { done } = does === 'signIn' ? await signIn(first, server) : { done: ask(first, does) };
      await stopInWork(first, done, withinMs, () => ask(second, meanwhile));
      const tell = (): Promise<string[][]> => Promise.all(windows.map((window) => ask(window, 'tell')));
      await (meanwhile === 'signOut' ? expectSignedOut(tell, server, granted) : expectSignedIn(tell, server));
    }
    const sent = requestsTo(server.requests, TOKEN).map(({ body }) => refreshToken(body));
    wrong.sentTwice += sent.length - new Set(sent).size;
  } finally {
    for (const window of windows) window.kill('SIGKILL');
    await Promise.all(windows.map((window) => once(window, 'close')));
    await server.close();
    await deleteFiles(folder);
  }
}

/** Each pair has all stories, in an order of its own. */
function storyOf(stop: number): (typeof STORIES)[number] {
  const story = STORIES[(stop + Math.floor(stop / PAIRS)) % STORIES.length];
  if (story === undefined) throw new Error('There is no story.');
  return story;
}

/** Stops the window at a random moment, which is in its work unless that is done before. */
async function stopInWork(
  window: ChildProcess,
  work: Promise<unknown>,
  withinMs: number,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const stopping = sleep(Math.random() * withinMs);
  const isDone = await Promise.race([work.then(() => true), stopping.then(() => false)]);
  await stopping;
  window.kill('SIGSTOP');
  if (!isDone) inWork += 1;
  const other = meanwhile();
  await sleep(STOP_MS);
  window.kill('SIGCONT');
  await Promise.all([work, other]);
}

async function expectSignedIn(tell: () => Promise<string[][]>, server: SigmaServer): Promise<void> {
  const agree = async (): Promise<boolean> => {
    const [ofFirst = [], ofSecond = []] = await tell();
    const [token] = ofFirst;
    if (token === undefined || ofFirst.length > 1 || ofSecond.length > 1 || ofSecond[0] !== token)
      return false;
    return (await goodAt(server, [token])) === 1;
  };
  if (!(await until(agree))) wrong.lost += 1;
}

async function expectSignedOut(
  tell: () => Promise<string[][]>,
  server: SigmaServer,
  granted: readonly string[],
): Promise<void> {
  if (!(await until(async () => (await tell()).flat().length === 0))) wrong.back += 1;
  if (!(await until(async () => (await goodAt(server, granted)) === 0)))
    wrong.left += await goodAt(server, granted);
}

/** Resolves with the access tokens that the window has when it is done. */
async function ask(window: ChildProcess, task: Task): Promise<string[]> {
  const answer = once(window, 'message');
  window.send(task);
  return Tokens.parse((await answer)[0]);
}

/** Resolves when the user has approved. The window is `done` when it has the session. */
async function signIn(window: ChildProcess, server: SigmaServer): Promise<{ done: Promise<unknown> }> {
  const before = server.newestUserCode;
  const done = ask(window, 'signIn');
  await until(() => server.newestUserCode !== before);
  await server.approve(server.newestUserCode ?? '');
  return { done };
}

/** All access tokens that the server grants from now on. */
function recordTokens(server: SigmaServer): readonly string[] {
  const granted: string[] = [];
  const change = (body: Record<string, unknown>): unknown => {
    const { data } = Granted.safeParse(body);
    if (data !== undefined) granted.push(data.access_token);
    return body;
  };
  for (const endpoint of [TOKEN, '/api/auth/device/token'])
    server.failNext(endpoint, { kind: 'rewrite', change }, MORE_THAN_ENOUGH);
  return granted;
}

/** How many of the tokens the server accepts. */
async function goodAt(server: SigmaServer, tokens: readonly string[]): Promise<number> {
  const sessions = await Promise.all(tokens.map((token) => server.sessionOf(token)));
  return sessions.filter((session) => session !== null).length;
}

function refreshToken(body: unknown): string | null {
  return new URLSearchParams(z.string().parse(body)).get('refresh_token');
}
