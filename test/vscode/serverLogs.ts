import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeServer } from './codeServer.ts';

/** What the extension host and the extensions in it have logged: the first thing to read when a test fails. */
export function readExtensionHostLogs(server: CodeServer): string {
  const folder = path.join(server.dataFolder, 'logs');
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return 'The server has written no log.';
  }
  return (
    names
      // Not what the built-in extensions say: they have folders of their own, named vscode.*.
      .filter((name) => /exthost[^/]*\/(?!vscode\.|.*Telemetry).*\.log$/.test(name))
      .sort()
      .map((name) => `--- ${name}\n${readFileSync(path.join(folder, name), 'utf8')}`)
      .join('\n')
  );
}
