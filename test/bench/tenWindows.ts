import { createFolder } from '../vscode/serverProcess.ts';
import { figure, median, ms, tookMs, type Figure } from './figure.ts';
import { instantService } from './instantService.ts';
import { deleteFiles } from './realFiles.ts';
import { openRealWindow, type RealWindow } from './realWindow.ts';

const WINDOWS = 10;
const CHANGES = 50;

/** The time from an approval in one window until all windows have the session. */
export async function tenWindows(): Promise<Figure[]> {
  const folder = createFolder();
  let account = 0;
  const service = instantService(() => `bap-${account}`);
  const windows: RealWindow[] = [];
  try {
    for (let window = 0; window < WINDOWS; window++) windows.push(await openRealWindow(folder, service));
    const [first, ...others] = windows;
    const times: number[] = [];
    for (account = 1; account <= CHANGES; account++) {
      const heard = others.map((window) => nextSession(window, `bap-${account}`));
      times.push(await tookMs(() => Promise.all([first?.signIn(), ...heard])));
    }
    const how = `${CHANGES} sign-ins, windows with one folder in one process`;
    return [
      figure(`From an approval until ${WINDOWS} windows have the session, median`, ms(median(times)), how),
      figure('The same, longest', ms(Math.max(...times)), how),
    ];
  } finally {
    await Promise.all(windows.map((window) => window.close()));
    await deleteFiles(folder);
  }
}

function nextSession({ sessions }: RealWindow, accountId: string): Promise<void> {
  return new Promise((resolve) => {
    const listener = sessions.records.onDidChange(({ record }) => {
      if (record.person.accountId !== accountId) return;
      listener.dispose();
      resolve();
    });
  });
}
