import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { Workbench } from './workbench.ts';

const Texts = z.record(z.string(), z.string());
const texts = (file: string): Record<string, string> => Texts.parse(JSON.parse(readFileSync(file, 'utf8')));

/** Makes VS Code believe that this is its language. Its own texts stay English: it has no language pack here. */
const speak = (language: string): string =>
  `Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { configurable: true, get: () => '${language}', set: () => undefined })`;

describe('a person who does not read English', () => {
  let sigma: SigmaServer;
  let workbench: Workbench;
  before(async () => {
    sigma = await startSigmaServer({ intervalSeconds: 1, anyOrigin: true });
    workbench = await Workbench.open({ 'bapIdentity.sigma.serverUrl': sigma.url });
  });
  after(async () => {
    await workbench.close();
    await sigma.close();
  });

  for (const language of ['de', 'ja'])
    it(`is asked to sign in in ${language}`, async () => {
      const manifest = texts(`package.nls.${language}.json`);
      const source = texts(`l10n/bundle.l10n.${language}.json`);
      const text = (english: string): string => {
        assert.ok(source[english] !== undefined && source[english] !== english, english);
        return source[english];
      };
      await workbench.page.addInitScript(speak(language));
      await workbench.reload();
      await workbench.run(`BAP Identity: ${manifest['command.signIn'] ?? ''}`);
      await workbench.listItem('Sigma Identity').click();
      const title = text('Sign in with {0}').replace('{0}', 'Sigma Identity');
      const notification = workbench.notification(title);
      await notification.getByRole('link', { name: text('Copy code') }).waitFor();
      // A text with a comment for translators has it in its key.
      const open = text('Open {0}/{0}: a host name').replace('{0}', new URL(sigma.url).host);
      await notification.getByRole('link', { name: open.replaceAll(' ', '\u00a0') }).waitFor();
      await workbench.screenshot(`language-${language}`);
      await workbench.clickIn(title, 'link', text('Copy code'));
      await workbench.until(
        async () => /^[A-Z0-9]{4}-[A-Z0-9]{4}$/.test(await workbench.clipboard()),
        'the code in the clipboard',
      );
      await workbench.run(`BAP Identity: ${manifest['command.cancelSignIn'] ?? ''}`);
      await notification.waitFor({ state: 'detached' });
    });
});
