import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { calmSettings } from './codeServer.ts';
import { vscodeFolder } from './release.ts';

export interface WebWorkbenchOptions {
  settings?: Record<string, unknown>;
  /** Folders of unpacked extensions. */
  extensionFolders?: string[];
}

export interface WebWorkbench {
  /** Such as `http://localhost:4321`, without a slash at the end. */
  readonly origin: string;
  stop(): Promise<void>;
}

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

/**
 * Serves VS Code for the web as files: no server runs extensions, as on vscode.dev. code-server's workbench is complete
 * for this, but for two places that tie it to its server.
 */
export async function startWebWorkbench(options: WebWorkbenchOptions = {}): Promise<WebWorkbench> {
  const extensions = options.extensionFolders ?? [];
  const roots = new Map([
    ['static', vscodeFolder],
    ...extensions.map((folder, index) => [`extension${index}`, folder] as const),
  ]);
  // The workbench encrypts what it stores as secrets with this.
  const key = crypto.getRandomValues(new Uint8Array(32));
  const server = createServer((request, response) => {
    void (async () => {
      const [pathname = '/'] = (request.url ?? '/').split('?');
      // The extension host has another origin than the window.
      response.setHeader('access-control-allow-origin', '*');
      if (pathname === '/') {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(workbenchPage(portOf(server), options));
      } else if (pathname === '/mint-key') {
        response.end(key);
      } else {
        const [, first = '', ...rest] = decodeURIComponent(pathname).split('/');
        const file = path.join(roots.get(first) ?? '/nowhere', ...rest);
        const body = await readFile(file).catch(() => undefined);
        response.statusCode = body === undefined ? 404 : 200;
        // As on vscode.dev: a reload takes VS Code's own files, and what is compiled of them, from the browser's cache.
        if (first === 'static' && body !== undefined)
          response.setHeader('cache-control', 'public, max-age=31536000, immutable');
        response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream');
        response.end(rest.join('/') === WORKBENCH && body !== undefined ? withoutServer(body) : body);
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://localhost:${portOf(server)}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const WEBVIEW = 'out/vs/workbench/contrib/webview/browser/pre/';
const WORKBENCH = 'out/vs/code/browser/workbench/workbench.js';

function withoutServer(body: Buffer): string {
  return [
    [',remoteAuthority:location.host}', '}'],
    [/\.with\(\{scheme:\w+\.vscodeRemote\}\),"User"\)/, '.with({scheme:"vscode-userdata"}),"User")'],
  ].reduce((text, [from, to]) => {
    const changed = text.replace(from as string, to as string);
    if (changed === text) throw new Error(`The workbench has changed: ${String(from)} is not in it.`);
    return changed;
  }, body.toString());
}

function workbenchPage(port: number, { settings, extensionFolders = [] }: WebWorkbenchOptions): string {
  const read = (name: string): string => readFileSync(path.join(vscodeFolder, name), 'utf8');
  const {
    webviewContentExternalBaseUrlTemplate,
    extensionsGallery,
    defaultChatAgent,
    enableTelemetry,
    ...product
  } = JSON.parse(read('product.json')) as Record<string, unknown>;
  const configuration = {
    userDataPath: '/',
    isEnabledFileDownloads: true,
    isEnabledFileUploads: true,
    isEnabledCoderGettingStarted: false,
    productConfiguration: {
      ...product,
      // As on vscode.dev: each extension host has an origin of its own.
      webEndpointUrlTemplate: `http://{{uuid}}.localhost:${port}/static`,
      // code-server's page for webviews wants the origin of the window.
      webviewContentExternalBaseUrlTemplate: `http://localhost:${port}/static/${WEBVIEW}`,
    },
    additionalBuiltinExtensions: extensionFolders.map((_, index) => ({
      scheme: 'http',
      authority: `localhost:${port}`,
      path: `/extension${index}`,
    })),
    configurationDefaults: { ...calmSettings, 'security.workspace.trust.enabled': false },
  };
  const values: Record<string, string> = {
    WORKBENCH_WEB_CONFIGURATION: JSON.stringify(configuration)
      .replaceAll('&', '&amp;')
      .replaceAll('"', '&quot;'),
    WORKBENCH_WEB_BASE_URL: '/static',
    WORKBENCH_NLS_URL: '/static/out/nls.messages.js',
    WORKBENCH_NLS_FALLBACK_URL: '/static/out/nls.messages.js',
  };
  return read('out/vs/code/browser/workbench/workbench.html')
    .replaceAll(/ nonce="[^"]*"/g, '')
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
    .replace(`<script type="module" src="/static/${WORKBENCH}"></script>`, startScript(settings ?? {}));
}

/** Stores the user settings where VS Code for the web keeps them, then starts it. */
function startScript(settings: Record<string, unknown>): string {
  return `<script type="module">
    const stores = ['vscode-userdata-store', 'vscode-logs-store', 'vscode-filehandles-store'];
    const open = indexedDB.open('vscode-web-db');
    open.onupgradeneeded = () => stores.forEach((name) => open.result.createObjectStore(name));
    await new Promise((resolve, reject) => Object.assign(open, { onsuccess: resolve, onerror: reject }));
    const change = open.result.transaction(stores[0], 'readwrite');
    const settings = ${JSON.stringify(JSON.stringify(settings))};
    change.objectStore(stores[0]).put(new TextEncoder().encode(settings), '/User/settings.json');
    await new Promise((resolve, reject) => Object.assign(change, { oncomplete: resolve, onerror: reject }));
    open.result.close();
    await import('/static/${WORKBENCH}');
  </script>`;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
