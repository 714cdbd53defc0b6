import type { Page } from 'playwright-core';

/** Returns what extensions have logged in VS Code for the web, in all windows: it keeps logs in IndexedDB. */
export function readBrowserLogs(page: Page): Promise<string> {
  return page.evaluate<string>(`(async () => {
    const done = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await done(indexedDB.open('vscode-web-db'));
    const store = database.transaction('vscode-logs-store').objectStore('vscode-logs-store');
    const [names, contents] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
    database.close();
    return names
      .map((name, index) => ({ name: String(name), text: new TextDecoder().decode(contents[index]) }))
      .filter(({ name }) => name.includes('exthost'))
      .map(({ name, text }) => '--- ' + name + '\\n' + text)
      .join('\\n');
  })()`);
}
