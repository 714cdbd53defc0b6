import { extensionOn } from './activation.ts';
import { compose, type Platform } from './composition.ts';
import { webWindows } from './storage/web/webStorage.ts';

const platform: Platform = {
  openWindows: webWindows,
  isOnline: () => navigator.onLine,
  adomHasToken: () => Promise.resolve(false),
};

/**
 * The extension in a web worker: in VS Code for the web, where no server runs extensions. A web worker can load no
 * second file, so all of the code is in one.
 */
export const { activate, deactivate } = extensionOn(() =>
  Promise.resolve((context) => compose(context, platform)),
);
