import { existsSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

interface Manifest {
  publisher: string;
  name: string;
  version: string;
}

/** Installs built extensions: copies them, and adds them to VS Code's list of installed extensions. */
export async function registerExtensionFolders(extensionsFolder: string, sources: string[]): Promise<void> {
  if (sources.length === 0) return;
  const listFile = path.join(extensionsFolder, 'extensions.json');
  const list = existsSync(listFile) ? (JSON.parse(await readFile(listFile, 'utf8')) as unknown[]) : [];
  for (const source of sources) {
    const manifest = JSON.parse(await readFile(path.join(source, 'package.json'), 'utf8')) as Manifest;
    const id = `${manifest.publisher}.${manifest.name}`;
    const relativeLocation = `${id}-${manifest.version}`;
    const target = path.join(extensionsFolder, relativeLocation);
    await cp(source, target, { recursive: true });
    const location = { $mid: 1, path: target, scheme: 'file' };
    list.push({ identifier: { id }, version: manifest.version, location, relativeLocation, metadata: {} });
  }
  await writeFile(listFile, JSON.stringify(list));
}
