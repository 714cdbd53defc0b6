import { spawn } from 'node:child_process';

/** A command line that failed. The message is one line; `output` has all that the command printed. */
export class CommandError extends Error {
  readonly output: string;

  constructor(commandLine: string, why: string, output: string) {
    super(`\`${commandLine}\` ${why}`);
    this.output = output;
  }
}

/** Runs a command and returns its output. Rejects with a CommandError when the command fails. */
export function runCommand(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: string[] = [];
    const keep = (chunk: Buffer) => chunks.push(chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const commandLine = [command, ...args].join(' ');
    child.on('error', (error) => {
      reject(new CommandError(commandLine, `could not be started (${error.message})`, chunks.join('')));
    });
    child.on('close', (code, signal) => {
      const output = chunks.join('');
      if (code === 0) resolve(output);
      else reject(new CommandError(commandLine, `ended with ${signal ?? `code ${code ?? -1}`}`, output));
    });
  });
}

/**
 * Prints the title, and every ten seconds that the work goes on, so that a long download does not look stuck.
 */
export async function withProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  console.log(`${title} …`);
  const timer = setInterval(() => {
    console.log(`${title} … ${seconds()} s`);
  }, 10_000);
  try {
    const result = await work();
    console.log(`${title}: done in ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
