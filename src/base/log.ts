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
