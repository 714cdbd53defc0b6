import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createFolder } from '../vscode/serverProcess.ts';
import { atMost, bytes, type Figure } from './figure.ts';
import { instantService } from './instantService.ts';
import { deleteFiles } from './realFiles.ts';
import { openRealWindow } from './realWindow.ts';

/** Enough for everything to be loaded and compiled. */
const WARM_UP = 500;
const SIGN_INS = 1_000;
/** What the benchmarks before this one have left to do can use memory in one round. A leak grows in each. */
const ROUNDS = 3;
const COLLECTIONS = 5;
/** Less than leaking a small object per sign-in. */
const GROWTH_ALLOWED = 500_000;

/** The growth of the heap after many sign-ins with one account. */
export async function memory(): Promise<Figure[]> {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const folder = createFolder();
  const window = await openRealWindow(
    folder,
    instantService(() => 'bap-1'),
  );
  const used = async (signIns: number): Promise<number> => {
    for (let time = 0; time < signIns; time++) await window.signIn();
    // One collection can make more objects collectable a turn later.
    for (let time = 0; time < COLLECTIONS; time++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      collectGarbage();
    }
    return process.memoryUsage().heapUsed;
  };
  try {
    let before = await used(WARM_UP);
    const growths: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const after = await used(SIGN_INS);
      growths.push(Math.max(0, after - before));
      before = after;
    }
    const growth = Math.min(...growths);
    const how = `heap in use after garbage collections, and after ${WARM_UP} earlier sign-ins; the least of ${ROUNDS} rounds`;
    return [atMost(`Memory that ${SIGN_INS} sign-ins leave in use`, growth, GROWTH_ALLOWED, how, bytes)];
  } finally {
    await window.close();
    await deleteFiles(folder);
  }
}
