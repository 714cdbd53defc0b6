// The table of scores in docs/mutations.md, one row a folder.
import { readFileSync, writeFileSync } from 'node:fs';
import type { MutantResult } from '@stryker-mutator/api/core';
import { format, resolveConfig } from 'prettier';
import { isExplained, survivorsOf } from './survivors.ts';

export const PAGE = 'docs/mutations.md';

export interface Score {
  readonly mutants: number;
  /** The mutants that made a test fail. */
  readonly killed: number;
  /** Those that made a test hang: a test runs for ever, or the mutant is reached a hundred times as often as the code. */
  readonly timedOut: number;
  readonly explained: number;
  readonly notLookedAt: number;
  /** Killed and timed out, in percent of all. */
  readonly percent: number;
}

export function scoreOf(results: readonly MutantResult[]): Score {
  const count = (wanted: MutantResult['status']): number =>
    results.filter(({ status }) => status === wanted).length;
  const [killed, timedOut, survivors] = [count('Killed'), count('Timeout'), survivorsOf(results)];
  const page = readFileSync(PAGE, 'utf8');
  const explained = survivors.filter((each) => isExplained(each, page)).length;
  const mutants = killed + timedOut + survivors.length;
  return {
    ...{ mutants, killed, timedOut, explained },
    notLookedAt: survivors.length - explained,
    percent: (100 * (killed + timedOut)) / mutants,
  };
}

/** Writes the row of a folder, in the place of its last one. */
export async function writeScore(folder: string, score: Score, seconds: number): Promise<void> {
  const { mutants, killed, timedOut, explained, notLookedAt, percent } = score;
  const date = new Date().toISOString().slice(0, 10);
  const cells = [`\`${folder}\``, mutants, killed, timedOut, explained, notLookedAt];
  const row = `| ${[...cells, `${percent.toFixed(1)} %`, `${seconds} s`, date].join(' | ')} |`;
  const lines = readFileSync(PAGE, 'utf8').split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| \`${folder}\` `));
  if (at < 0) throw new Error(`${PAGE} has no row for ${folder}.`);
  lines[at] = row;
  const options = { ...(await resolveConfig(PAGE)), filepath: PAGE };
  writeFileSync(PAGE, await format(lines.join('\n'), options));
}
