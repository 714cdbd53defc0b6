import type { Log } from '../../../src/base/log.ts';

/** Keeps every line of every level, so that a test can look for what must not be there. */
export class RecordingLog implements Log {
  readonly lines: string[] = [];

  debug(line: string): void {
    this.lines.push(`debug ${line}`);
  }

  info(line: string): void {
    this.lines.push(`info ${line}`);
  }

  warn(line: string): void {
    this.lines.push(`warn ${line}`);
  }
}
