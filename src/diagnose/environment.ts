import * as z from 'zod/mini';

const Environment = z.object({ process: z.object({ env: z.unknown() }) });

const HOME = ['HOME', 'USERPROFILE'];
const NAMES = ['USER', 'USERNAME', 'LOGNAME', 'HOSTNAME', 'COMPUTERNAME'];

/** The environment variables. Undefined in a web worker, which has none. */
export function environment(): Readonly<Record<string, unknown>> | undefined {
  const env = z.safeParse(Environment, globalThis).data?.process.env;
  return typeof env === 'object' && env !== null ? { ...env } : undefined;
}

/** The home folder of the person, where that is known. */
export function homeFolder(): string | undefined {
  return textsOf(HOME)[0];
}

/** The names of the person, of their home folder and of their machine, as the environment has them. */
export function personalVariables(): string[] {
  return textsOf([...HOME, ...NAMES]);
}

function textsOf(names: readonly string[]): string[] {
  const env = environment() ?? {};
  return names.map((name) => env[name]).filter((value) => typeof value === 'string');
}
