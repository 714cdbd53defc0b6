// Mutants that no test has killed, and what docs/mutations.md says of them.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

export interface Survivor {
  /** Relative to the root of the project. */
  readonly file: string;
  readonly line: number;
  /** The lines as they are and as the mutant makes them: `before` → `after`. So docs/mutations.md has them, too. */
  readonly change: string;
}

const LONGEST = 160;

/** The mutants that have survived, in the order of the source. */
export function survivorsOf(results: readonly MutantResult[]): Survivor[] {
  return results
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ fileName, location: { start, end }, replacement }) => {
      const file = path.relative('.', fileName);
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .slice(start.line - 1, end.line);
      const before = (lines[0] ?? '').slice(0, start.column - 1);
      const after = (lines.at(-1) ?? '').slice(end.column - 1);
      return {
        file,
        line: start.line,
        change: `${code(lines.join('\n'))} → ${code(before + replacement + after)}`,
      };
    })
    .sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** True for a change that a file's part of docs/mutations.md lists: it makes no difference, and the page says why. */
export function isExplained({ file, change }: Survivor, page: string): boolean {
  const part = page.split(/^### /m).find((each) => each.startsWith(`${file}\n`)) ?? '';
  return part.includes(change);
}

/** On one line, and cut where it is long. As prettier writes it: two backticks around a text that has one. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short}\``;
}
