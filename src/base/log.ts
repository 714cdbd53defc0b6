import type { Clock } from './clock.ts';

/**
 * The log, for maintainers. VS Code's LogOutputChannel is one. Never log a secret: a token, a device code, a
 * user code, or a URL that a server sent.
 */
export interface Log {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

/**
 * Describes an error for the log by its name, its code and the name and code of its cause, such as
 * `StoreError (cause: Error EACCES)`. Leaves out the message, because it can hold a token or a URL.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const own = nameAndCode(error);
  return error.cause instanceof Error ? `${own} (cause: ${nameAndCode(error.cause)})` : own;
}

function nameAndCode(error: Error): string {
  const name = plainWord(error.name) ?? 'Error';
  const code = 'code' in error ? plainWord(error.code) : undefined;
  return code === undefined ? name : `${name} ${code}`;
}

/** The value, if it is a short word such as `TypeError` or `ECONNREFUSED`. Other text could hold a secret. */
function plainWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z]\w{0,39}$/.test(value) ? value : undefined;
}

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
