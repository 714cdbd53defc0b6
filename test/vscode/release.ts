import path from 'node:path';
import { cacheFolder } from './paths.ts';

/** A release of code-server, an npm package that brings VS Code's server and its workbench. */
interface Release {
  name: 'current' | 'oldest';
  codeServer: string;
  /** The VS Code in it. */
  vscode: string;
  /** The Node that it needs, if it does not run in the Node of this repository. */
  node?: string;
  /** How code-server is told to allow tests inside the window. */
  smokeTestDriver: string[];
  /** Variables for code-server. */
  env: Record<string, string>;
}

const releases: Release[] = [
  {
    name: 'current',
    codeServer: '4.139.1',
    vscode: '1.139',
    smokeTestDriver: ['--vscode-option', 'enable-smoke-test-driver'],
    env: {},
  },
  {
    // The version of `engines.vscode` in package.json.
    name: 'oldest',
    codeServer: '4.105.1',
    vscode: '1.105',
    node: '22.23.3',
    smokeTestDriver: ['--enable-smoke-test-driver'], // mendOldest.ts adds this option
    // It opens an address of this computer through its proxy, and loses the path. Empty: without the proxy.
    env: { VSCODE_PROXY_URI: '' },
  },
];

/** The release that this run uses. The environment variable VSCODE chooses it: `current` or `oldest`. */
export const release = chosen(process.env.VSCODE ?? 'current');

function chosen(wanted: string): Release {
  const found = releases.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`VSCODE is "${wanted}". It must be "current" or "oldest".`);
  return found;
}

/** Where this release is kept after it has been fetched. */
export const releaseFolder = path.join(cacheFolder, `code-server-${release.codeServer}`);
const modules = path.join(releaseFolder, 'node_modules');

export const codeServerEntry = path.join(modules, 'code-server/out/node/entry.js');
/** VS Code's own files. */
export const vscodeFolder = path.join(modules, 'code-server/lib/vscode');
export const bareServerEntry = path.join(vscodeFolder, 'out/server-main.js');

/** The npm package that holds Node for this computer. The package `node` would need an install script. */
export const nodePackage = `${isArmMac() ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`;

/** The Node that runs this release. */
export const nodeFile =
  release.node === undefined ? process.execPath : path.join(modules, nodePackage, 'bin/node');

function isArmMac(): boolean {
  return process.platform === 'darwin' && process.arch === 'arm64';
}
