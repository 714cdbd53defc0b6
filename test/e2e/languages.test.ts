import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { startSigmaServer, type SigmaServer } from '../servers/sigma.ts';
import { Workbench } from './workbench.ts';

const Texts = z.record(z.string(), z.string());
const texts = (file: string): Record<string, string> => Texts.parse(JSON.parse(readFileSync(file, 'utf8')));

/** Sets VS Code's display language. Its own texts stay English without a language pack. */
const displayLanguage = (language: string): string =>
  `Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { configurable: true, get: () => '${language}', set: () => undefined })`;

describe('translations', () => {
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
    it(`cover a sign-in in ${language}`, async () => {
      const manifest = texts(`package.nls.${language}.json`);
      const source = texts(`l10n/bundle.l10n.${language}.json`);
      const text = (english: string): string => {
        assert.ok(source[english] !== undefined && source[english] !== english, english);
        return source[english];
      };
      await workbench.page.addInitScript(displayLanguage(language));
      await workbench.reload();
      await workbench.run(`BAP Identity: ${manifest['command.signIn'] ?? ''}`);
      await workbench.listItem('Sigma Identity').click();
      const title = text('Sign in with {0}').replace('{0}', 'Sigma Identity');
      const notification = workbench.notification(title);
      await notification.getByRole('link', { name: text('Copy code') }).waitFor();
      // The key of a text includes its comment for translators.
      const open = text('Open {0}/{0}: a host name').replace('{0}', new URL(sigma.url).host);
      await notification.getByRole('link', { name: open.replaceAll(' ', '\u00a0') }).waitFor();
      await workbench.screenshot(`language-${language}`);
      await workbench.clickInNotification(title, 'link', text('Copy code'));
      await workbench.until(
        async () => /^[A-Z0-9]{4}-[A-Z0-9]{4}$/.test(await workbench.clipboard()),
        'the code on the clipboard',
      );
      await workbench.run(`BAP Identity: ${manifest['command.cancelSignIn'] ?? ''}`);
      await notification.waitFor({ state: 'detached' });
    });
});
