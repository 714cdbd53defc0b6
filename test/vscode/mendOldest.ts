import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as z from 'zod/mini';

/** A native module that would need a compiler. code-server needs it only for passwords. */
const PASSWORDS = 'argon2';

const dependencies = z.optional(z.record(z.string(), z.unknown()));
/** What is read of package.json and of npm-shrinkwrap.json. */
const Manifest = z.looseObject({
  dependencies,
  packages: z.optional(z.record(z.string(), z.looseObject({ dependencies }))),
});

/**
 * Makes the oldest release installable with npm alone, and usable for tests. `folder` is the package code-server,
 * before the packages of its VS Code are installed.
 */
export async function mendOldest(folder: string): Promise<void> {
  for (const file of ['package.json', 'npm-shrinkwrap.json'])
    await changeDependencies(path.join(folder, 'lib/vscode', file));
  await writeFile(createRequire(path.join(folder, 'package.json')).resolve(PASSWORDS), '');
  await addSmokeTestDriver(path.join(folder, 'out/node/cli.js'));
}

async function changeDependencies(file: string): Promise<void> {
  const content = Manifest.parse(JSON.parse(await readFile(file, 'utf8')));
  for (const list of [content.dependencies, content.packages?.['']?.dependencies]) {
    if (list === undefined) continue;
    // The one dependency that is not on the npm registry. Without it, VS Code watches no folders.
    delete list['@parcel/watcher'];
    // For terminals. The version that this release asks for would need a compiler.
    list['node-pty'] = '1.2.0-beta.15';
  }
  delete content.packages?.['node_modules/@parcel/watcher'];
  delete content.packages?.['node_modules/node-pty'];
  await writeFile(file, JSON.stringify(content));
}

/** This code-server passes only the options that it knows to VS Code. Newer ones have `--vscode-option`. */
async function addSmokeTestDriver(file: string): Promise<void> {
  const code = await readFile(file, 'utf8');
  const list = 'exports.options = {';
  assert.ok(code.includes(list), `${file} has no list of options`);
  await writeFile(file, code.replace(list, `${list} "enable-smoke-test-driver": { type: "boolean" },`));
}
