// Replaces @vscode/spdlog, a native module that would need a compiler. Without it VS Code's server writes no
// log file, and an extension's log channel stays empty. Only that server loads this file.
import fs from 'node:fs';
import path from 'node:path';

const labels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];

export class Logger {
  readonly #file: string;
  #level = 2;
  #formatted = true;

  constructor(_type: string, _name: string, file: string) {
    this.#file = file;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#append('');
  }

  #append(text: string): void {
    try {
      fs.appendFileSync(this.#file, text);
    } catch {
      // The folder may be gone already because the server stops. That must not look like an error.
    }
  }

  #write(level: number, message: string): void {
    if (level < this.#level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    this.#append(this.#formatted ? `${time} [${labels[level] ?? ''}] ${message}\n` : message);
  }

  trace(message: string): void {
    this.#write(0, message);
  }
  debug(message: string): void {
    this.#write(1, message);
  }
  info(message: string): void {
    this.#write(2, message);
  }
  warn(message: string): void {
    this.#write(3, message);
  }
  error(message: string): void {
    this.#write(4, message);
  }
  critical(message: string): void {
    this.#write(5, message);
  }
  getLevel(): number {
    return this.#level;
  }
  setLevel(level: number): void {
    this.#level = level;
  }
  setPattern(): void {
    this.#formatted = true;
  }
  clearFormatters(): void {
    this.#formatted = false;
  }
  flush(): void {
    // Nothing to do: each line is written at once.
  }
  drop(): void {
    // Nothing to do: no file stays open.
  }
}

export const version = 0;
export const setLevel = (): void => undefined;
export const setFlushOn = (): void => undefined;

export function createRotatingLogger(name: string, file: string): Promise<Logger> {
  return Promise.resolve(new Logger('rotating', name, file));
}

export const createAsyncRotatingLogger = createRotatingLogger;
