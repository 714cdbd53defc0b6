import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** One line of the log. */
export interface LogLine {
  /** In milliseconds of the wall clock. */
  readonly atMs: number;
  readonly level: keyof Log;
  readonly text: string;
}

const LINES = 60;

/** A log that keeps its last lines in memory, whatever level its channel shows. */
export class LogTail implements Log {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #lines: LogLine[] = [];

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  debug(line: string): void {
    this.#write('debug', line);
  }

  info(line: string): void {
    this.#write('info', line);
  }

  warn(line: string): void {
    this.#write('warn', line);
  }

  /** The oldest first. */
  lines(): LogLine[] {
    return [...this.#lines];
  }

  #write(level: keyof Log, text: string): void {
    this.#lines.push({ atMs: this.#clock.now(), level, text });
    if (this.#lines.length > LINES) this.#lines.shift();
    this.#log[level](text);
  }
}
