import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release as systemRelease, type } from 'node:os';
import { release } from '../vscode/release.ts';
import type { Figure } from './figure.ts';

/** The rows measured by one command. */
export interface Measured {
  readonly title: string;
  readonly command: string;
  readonly figures: readonly Figure[];
}

/** Renders docs/figures.md, without host names or paths. */
export function page(measured: readonly Measured[], load: string): string {
  return [
    '# Figures',
    '`npm run figures` measures all of these and writes this page. Nobody edits it by hand.',
    table([
      ['Date', new Date().toISOString().slice(0, 10)],
      ['Processor', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`],
      ['System', `${systemName()}, ${arch()}`],
      ['Load of the machine at the start', load],
      ['Node', process.versions.node],
      ['VS Code', `${release.vscode} (code-server ${release.codeServer})`],
    ]),
    'Other work on the machine makes times longer. The load is the mean number of processes that wanted to run.',
    ...measured.flatMap(({ title, command, figures }) => [
      `## ${title}`,
      `\`${command}\``,
      table(
        figures.map(({ what, value, wanted, how }) => [what, value, wanted ?? '', how]),
        ['What', 'Figure', 'Wanted', 'How'],
      ),
    ]),
    '',
  ].join('\n\n');
}

/** The load average of the last minute. */
export function loadNow(): string {
  return (loadavg()[0] ?? NaN).toFixed(1);
}

function systemName(): string {
  const file = '/etc/os-release';
  const name = existsSync(file) ? /^PRETTY_NAME="(.*)"$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return name ?? `${type()} ${systemRelease()}`;
}

function table(rows: readonly (readonly string[])[], head = ['', '']): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}
