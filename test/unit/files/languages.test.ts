import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';

const LANGUAGES = ['de', 'es', 'fr', 'ja', 'pt-br', 'zh-cn'];
/** How much longer than in English a short text may be. A button must fit. */
const LONGEST = 2.2;
const Texts = z.record(z.string(), z.string());

/** The files with texts, in English. A language has one of each beside it. */
const sources = ['l10n/bundle.l10n.json', 'package.nls.json'];

const texts = (file: string): Record<string, string> => Texts.parse(JSON.parse(readFileSync(file, 'utf8')));
const inLanguage = (source: string, language: string): string => source.replace(/json$/, `${language}.json`);
const all = (text: string, pattern: RegExp): string[] => (text.match(pattern) ?? []).sort();
const NAMES = /BAP Identity|Sigma Identity|\bAdom\b|ClawNet|VS Code/g;

/** What must be the same in every language. */
const FIXED: Record<string, RegExp> = {
  placeholders: /\{\d+\}/g,
  'targets of links': /\]\([^)]*\)/g,
  'code, such as names of settings': /`[^`]*`/g,
  'links to settings': /#[\w.]+#/g,
};

it('the languages are those that have files', () => {
  for (const source of sources) {
    const files = globSync(inLanguage(source, '*'));
    const found = files.map((file) => path.basename(file).split('.').at(-2)).sort();
    assert.deepEqual(found, LANGUAGES);
  }
});

for (const language of LANGUAGES)
  for (const source of sources)
    describe(`${source} in ${language}`, () => {
      const english = texts(source);
      const translated = texts(inLanguage(source, language));

      it('has every text, and no other', () => {
        assert.deepEqual(Object.keys(translated).sort(), Object.keys(english).sort());
      });

      for (const [name, pattern] of Object.entries(FIXED))
        it(`has the same ${name}`, () => {
          for (const [key, text] of Object.entries(english))
            assert.deepEqual(all(translated[key] ?? '', pattern), all(text, pattern), key);
        });

      it('names the same products', () => {
        for (const [key, text] of Object.entries(english))
          assert.deepEqual(new Set(all(translated[key] ?? '', NAMES)), new Set(all(text, NAMES)), key);
      });

      it('has no empty text, and none that does not fit', () => {
        for (const [key, text] of Object.entries(english)) {
          const length = (translated[key] ?? '').length;
          assert.ok(length > 0, key);
          assert.ok(length <= Math.max(20, text.length * LONGEST), `${key}: ${translated[key] ?? ''}`);
        }
      });
    });
