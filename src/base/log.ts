/**
 * Where the protocol tells a maintainer what it did; VS Code's LogOutputChannel fits.
 * No secret ever goes in: no token, device or user code, and no URL that a server sent.
 */
export interface Log {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
}
