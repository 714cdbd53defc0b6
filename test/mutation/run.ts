// Mutation testing: changes the code in one place at a time, and looks whether a test fails.
//   npm run test:mutation                              all folders; writes the scores into docs/mutations.md
//   npm run test:mutation -- src/base                  a folder; the same
//   npm run test:mutation -- src/base/log.ts:9-14      files, or some lines of one; only prints
//   npm run test:mutation:changed                      the files that differ from main; only prints
import { readFileSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';
import type { MutantResult, PartialStrykerOptions } from '@stryker-mutator/api/core';
import { changedFiles } from './changed.ts';
import { folders, patternOf } from './folders.ts';
import { PAGE, scoreOf, writeScore } from './scores.ts';
import { isExplained, survivorsOf } from './survivors.ts';

const OUT = 'out/mutation';

const targets = process.argv.slice(2);
const [whole, others] =
  targets.length === 0
    ? [Object.keys(folders), []]
    : [targets.filter((each) => each in folders), targets.filter((each) => !(each in folders))];
const files = others.flatMap((each) => (each === '--changed' ? changedFiles() : [patternOf(each)]));

for (const folder of whole) await test(folder, [patternOf(folder)], true);
if (files.length > 0) await test(files.join(' '), files, false);
if (whole.length + files.length === 0) console.log('No file that can be mutated differs from main.');

/** Tests the mutants of some files, and prints what survives. */
async function test(name: string, patterns: string[], writes: boolean): Promise<void> {
  const start = Date.now();
  const results = await mutate(patterns, `${OUT}/${name.replace(/[^\w.]+/g, '-').slice(0, 100)}`);
  const seconds = Math.round((Date.now() - start) / 1000);
  const page = readFileSync(PAGE, 'utf8');
  const survivors = survivorsOf(results);
  for (const survivor of survivors)
    if (!isExplained(survivor, page))
      console.log(`${survivor.file}:${survivor.line} survives: ${survivor.change}`);
  const score = scoreOf(results);
  console.log(
    `${name}: ${score.percent.toFixed(1)} % of ${score.mutants} mutants in ${seconds} s. ` +
      `${score.explained} others make no difference (${PAGE}), ${score.notLookedAt} are listed above.`,
  );
  if (writes) await writeScore(name, score, seconds);
}

function mutate(patterns: string[], report: string): Promise<MutantResult[]> {
  const options: PartialStrykerOptions = {
    mutate: patterns,
    testRunner: 'unit',
    plugins: [new URL('runner.ts', import.meta.url).href],
    coverageAnalysis: 'perTest',
    concurrency: 1,
    // A copy of these runs. It lies in `out`, which git, the linters and the package leave out.
    ignorePatterns: ['*', '!package.json', '!src/**', '!test/unit/**', '!test/servers/**'],
    tempDirName: `${OUT}/sandbox`,
    // Node takes the types away and checks none.
    disableTypeChecks: false,
    // That some mutants need a new process is known, and no mistake.
    warnings: { slow: false, unknownOptions: true, preprocessorErrors: true, unserializableOptions: true },
    reporters: ['html', 'json', process.stdout.isTTY ? 'progress' : 'progress-append-only'],
    htmlReporter: { fileName: `${report}.html` },
    jsonReporter: { fileName: `${report}.json` },
    // For a mutant that hangs without a turn of the event loop. The runner notices the others sooner.
    timeoutMS: 20_000,
    timeoutFactor: 3,
  };
  return new Stryker(options).runMutationTest();
}
