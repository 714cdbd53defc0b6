// Runs test files in one process: node importFiles.ts one.test.ts,other.test.ts
import path from 'node:path';
import { pathToFileURL } from 'node:url';

for (const file of (process.argv[2] ?? '').split(',')) await import(pathToFileURL(path.resolve(file)).href);
