import { createHash } from 'node:crypto';

/** Sixteen characters for a file's name. A socket's path may have about a hundred, and some have long ways to go. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
