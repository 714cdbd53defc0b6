import type { Clock } from './clock.ts';
import { onOneLine } from './safeText.ts';

/**
 * The log, for maintainers. VS Code's LogOutputChannel implements it. Never log a secret: a token, a device code, a
 * user code, or a URL that a server sent.
 */
export interface Log {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

/**
 * Describes an error for the log by its name, its code, and its cause's name and code, such as
 * `StoreError (cause: Error EACCES)`. Leaves out the message, which can contain a token or a URL.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const text = nameAndCode(error);
  return error.cause instanceof Error ? `${text} (cause: ${nameAndCode(error.cause)})` : text;
}

function nameAndCode(error: Error): string {
  const name = plainWord(error.name) ?? 'Error';
  const code = 'code' in error ? plainWord(error.code) : undefined;
  return code === undefined ? name : `${name} ${code}`;
}

/** The value, if it is a short word such as `TypeError` or `ECONNREFUSED`. Other text could contain a secret. */
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

/** A log that keeps its last lines in memory, whatever level its channel shows. */
export interface LogTail extends Log {
  /** The last 60 lines, oldest first. */
  lines(): LogLine[];
}

const MAX_LINES = 60;

/**
 * Creates the log of a window. It forwards to `sink` until `closed` aborts: then VS Code's channel throws, while a
 * renewal may still be in progress. Line breaks are removed, so that text from outside cannot forge a line.
 */
export function createLog(sink: Log, clock: Clock, closed: AbortSignal): LogTail {
  const lines: LogLine[] = [];
  const write = (level: keyof Log) => (line: string) => {
    const text = onOneLine(line);
    lines.push({ atMs: clock.now(), level, text });
    if (lines.length > MAX_LINES) lines.shift();
    if (!closed.aborted) sink[level](text);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), lines: () => [...lines] };
}
