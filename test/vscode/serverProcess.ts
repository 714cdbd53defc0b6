import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onExit } from './cleanup.ts';

/** How a server of VS Code is started, and how it says that it listens. */
export interface ServerCommand {
  args: string[];
  /** The first group is the port, which the system chose. */
  listening: RegExp;
  env?: Record<string, string>;
}

/** A server with a folder of its own; both are gone after `stop`. */
export interface ServerProcess {
  port: number;
  stop(): Promise<void>;
}

/** A fresh folder; under the system's, because socket paths inside it must stay short. */
export function createFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'bap-'));
}

/** An environment that is the same everywhere: nothing of who runs the tests, or of npm, reaches the server. */
export function cleanEnvironment(folder: string): Record<string, string> {
  const home = path.join(folder, 'home');
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TMPDIR: folder,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    SHELL: '/bin/sh',
  };
}

export async function startServer(folder: string, command: ServerCommand): Promise<ServerProcess> {
  await mkdir(path.join(folder, 'home'), { recursive: true });
  const child = spawn(process.execPath, command.args, {
    cwd: folder,
    env: { ...cleanEnvironment(folder), ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that the extension hosts it starts end with it.
    detached: true,
  });
  const forget = onExit(() => {
    killGroup(child);
    rmSync(folder, { recursive: true, force: true });
  });
  const stop = async () => {
    await stopGroup(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    forget();
  };
  try {
    return { port: await portOf(child, command.listening), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function portOf(child: ChildProcess, listening: RegExp): Promise<number> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      reject(new Error(`VS Code’s server ${why}:\n${output}`));
    };
    const timer = setTimeout(fail, 60_000, 'did not listen within a minute');
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
      const port = listening.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(`could not be started (${error.message})`);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code ?? -1} instead of listening`);
    });
  });
}

/** Asks once, and does not wait long: the folder it writes to is thrown away. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    killGroup(child, 'SIGTERM');
    const timer = setTimeout(killGroup, 2_000, child);
    await ended;
    clearTimeout(timer);
  }
  killGroup(child);
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}
