import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { buildTestExtension } from '../e2e/testExtension.ts';
import { launchBrowser } from '../vscode/browser.ts';
import { startCodeServer } from '../vscode/codeServer.ts';
import { install } from '../vscode/install.ts';
import { outFolder, vsixFile } from '../vscode/paths.ts';
import { readExtensionHostLogs } from '../vscode/serverLogs.ts';
import { atMost, best, figure, median, ms, type Figure } from './figure.ts';
import type { SilentMs, WindowTimes } from './windowTimes.ts';

const WINDOWS = 10;
/** How long a window may take on a busy machine. */
const WINDOW_LIMIT_MS = 60_000;

/** Measures inside VS Code's extension host, in several windows. */
export async function windows(): Promise<Figure[]> {
  const { chromium } = await install();
  const browser = await launchBrowser(chromium);
  try {
    const times = await measure(browser);
    return [firstAnswer(times), ...silentCalls(times)];
  } finally {
    await browser.close();
  }
}

function firstAnswer(times: WindowTimes[]): Figure {
  const value = median(times.map(({ answerMs }) => answerMs));
  return figure(
    'From the start of the activation until the first answer',
    ms(value),
    `median of ${times.length} windows`,
  );
}

/**
 * Other work on the machine only adds time, so the window with the lowest median is closest to the truth. Ratios
 * compare medians of the same window, because windows differ.
 */
function silentCalls(times: WindowTimes[]): Figure[] {
  const calls = times[0]?.silentMs.oursAndGithub[0].length ?? 0;
  const how = (what: string): string => `${what} ${times.length} windows, ${calls} calls each, in turn`;
  const of = (pair: keyof SilentMs, at: 0 | 1): number =>
    best(times.map(({ silentMs }) => median(silentMs[pair][at])));
  const ratio = (pair: keyof SilentMs): number =>
    median(times.map(({ silentMs }) => median(silentMs[pair][0]) / median(silentMs[pair][1])));
  const bestOf = how('best of the medians of');
  const ofRatios = how('median of the ratios in');
  return [
    figure('Silent getSession', ms(of('oursAndGithub', 0)), bestOf),
    figure('Silent getSession of VS Code’s github-authentication', ms(of('oursAndGithub', 1)), bestOf),
    atMost('Ratio of these two', ratio('oursAndGithub'), 1.1, ofRatios),
    figure('Silent getSession with one session', ms(of('manyScopesAndOne', 1)), bestOf),
    atMost('The same with 200 sessions, ratio', ratio('manyScopesAndOne'), 1.1, ofRatios),
    figure(
      'The same with 200 accounts that all answer, ratio',
      ratio('manyAccountsAndOne').toFixed(2),
      ofRatios,
    ),
  ];
}

async function measure(browser: Browser): Promise<WindowTimes[]> {
  const file = path.join(outFolder, 'bench.jsonl');
  await mkdir(outFolder, { recursive: true });
  await writeFile(file, '');
  const server = await startCodeServer({
    vsix: vsixFile,
    extensionFolders: [await buildTestExtension('stopwatch')],
    env: { BAP_BENCH_FILE: file },
  });
  const page = await browser.newPage();
  try {
    for (let window = 1; window <= WINDOWS; window++) {
      await page.goto(server.url);
      const deadline = Date.now() + WINDOW_LIMIT_MS;
      while ((await linesOf(file)).length < window) {
        if (Date.now() > deadline) throw new Error(`No time was measured.\n${readExtensionHostLogs(server)}`);
        await page.waitForTimeout(200);
      }
    }
    return (await linesOf(file)).map((line) => JSON.parse(line) as WindowTimes);
  } finally {
    await page.close();
    await server.stop();
  }
}

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
}
