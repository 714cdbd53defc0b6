import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onExit } from './cleanup.ts';
import { nodeFile } from './release.ts';

/** The command line of an editor's server, and the line that it prints when it listens. */
export interface ServerCommand {
  args: string[];
  /** A command that runs Node with these arguments, instead of Node itself. */
  runner?: [string, ...string[]];
  /** The first group is the port. The system chooses it. */
  listening: RegExp;
  env?: Record<string, string>;
}

/** A server with its own folder. `stop` ends the server and removes the folder. */
export interface ServerProcess {
  port: number;
  /** What it has printed. */
  output(): string;
  stop(): Promise<void>;
}

/** Creates a folder in the system's temporary folder: the paths of sockets in it must be short. */
export function createFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'bap-'));
}

/** An environment that is the same on every machine: the server gets no variable of the user or of npm. */
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
  const [file, ...before] = command.runner ?? [nodeFile];
  const args = command.runner === undefined ? command.args : [...before, nodeFile, ...command.args];
  const child = spawn(file, args, {
    cwd: folder,
    env: { ...cleanEnvironment(folder), ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group, so that its extension hosts end with it.
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
  const printed: string[] = [];
  const output = (): string => printed.join('');
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  try {
    return { port: await portOf(child, command.listening, output), output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function portOf(child: ChildProcess, listening: RegExp, output: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      reject(new Error(`The editor’s server ${why}:\n${output().slice(-20_000)}`));
    };
    const timer = setTimeout(fail, 180_000, 'did not listen within three minutes');
    const read = () => {
      const port = listening.exec(output())?.[1];
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

/** Asks the group to end, and kills it after two seconds. Its folder is removed, so that it need not save. */
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
    // The group has ended.
  }
}
