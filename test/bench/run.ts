// Runs the named benchmarks, or all of them, and fails when a figure misses its target:
// npm run bench [-- name …], npm run test:load, npm run figures (which writes docs/figures.md)
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../vscode/paths.ts';
import { approval } from './approval.ts';
import { browserWindows } from './browserWindows.ts';
import type { Figure } from './figure.ts';
import { hostKills } from './hostKills.ts';
import { kills } from './kills.ts';
import { manySessions } from './manySessions.ts';
import { memory } from './memory.ts';
import { loadNow, page, type Measured } from './page.ts';
import { requests } from './requests.ts';
import { sight } from './sight.ts';
import { sizes } from './sizes.ts';
import { slowLine } from './slowLine.ts';
import { stops } from './stops.ts';
import { tenWindows } from './tenWindows.ts';
import { windows } from './windows.ts';

const groups: {
  title: string;
  command: string;
  benches: Record<string, () => Figure[] | Promise<Figure[]>>;
}[] = [
  { title: 'Against VS Code’s own', command: 'npm run bench', benches: { windows, sizes } },
  { title: 'A sign-in', command: 'npm run bench', benches: { approval, requests, sight, slowLine } },
  {
    title: 'Under load',
    command: 'npm run test:load',
    benches: { memory, tenWindows, manySessions, browserWindows, kills, hostKills, stops },
  },
];

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith('--'));
const load = loadNow();
const measured: Measured[] = [];
for (const { title, command, benches } of groups) {
  const figures: Figure[] = [];
  for (const [name, bench] of Object.entries(benches)) {
    if (names.length > 0 && !names.includes(name)) continue;
    for (const figure of await bench()) {
      figures.push(figure);
      const { what, value, wanted, isKept } = figure;
      console.log(`${isKept === false ? '✖' : '✔'} ${what}: ${value}${wanted ? ` (${wanted})` : ''}`);
      if (isKept === false) process.exitCode = 1;
    }
  }
  if (figures.length > 0) measured.push({ title, command, figures });
}
if (args.includes('--write')) {
  const file = path.join(root, 'docs/figures.md');
  await mkdir(path.dirname(file), { recursive: true });
  const options = await resolveConfig(file);
  await writeFile(file, await format(page(measured, load), { ...options, parser: 'markdown' }));
}
