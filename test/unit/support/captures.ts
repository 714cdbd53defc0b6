import { readdirSync, readFileSync } from 'node:fs';

import type { Reply } from './conversation.ts';

/** Answers of real proxies and servers. `capture.sh` in this folder says how each was made. */
const FOLDER = 'test/unit/oauth/captures';

/** One captured answer, by the name of its file. */
export interface Capture extends Reply {
  readonly name: string;
}

export const captures: readonly Capture[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.http'))
  .sort()
  .map((file) => read(file.replace('.http', ''), readFileSync(`${FOLDER}/${file}`, 'utf8')));

function read(name: string, text: string): Capture {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(':');
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
  const body = status === 204 ? null : rest.join('\r\n\r\n');
  return { name, answer: () => new Response(body, { status, headers }) };
}
