import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeServer } from './codeServer.ts';

/** Returns the logs of the extension host and of the extensions in it. Read them first when a test fails. */
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
      // Without the logs of the built-in extensions, which are in folders named vscode.*.
      .filter((name) => /exthost[^/]*\/(?!vscode\.|.*Telemetry).*\.log$/.test(name))
      .sort()
      .map((name) => `--- ${name}\n${readFileSync(path.join(folder, name), 'utf8')}`)
      .join('\n')
  );
}
