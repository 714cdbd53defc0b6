/**
 * Where we write down what happened, for maintainers. VS Code's LogOutputChannel fits.
 * No secret ever goes in: no token, device code or user code, and no URL that a server sent.
 */
export interface Log {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}

/**
 * What a log line may say of an error: its name, its code and the name or code of its cause, such as
 * `StoreError (cause: Error EACCES)`. Never the message: it can hold a token or a URL.
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

/** A short word, such as `TypeError` or `ECONNREFUSED`. Anything else could hold a secret. */
function plainWord(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z]\w{0,39}$/.test(value) ? value : undefined;
}
