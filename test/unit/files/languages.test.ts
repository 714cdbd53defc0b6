import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';

const LANGUAGES = ['de', 'es', 'fr', 'ja', 'pt-br', 'zh-cn'];
/** How much longer than in English a short text may be, so that buttons fit. */
const LONGEST = 2.2;
/** In the English bundle, a text with a comment for translators is an object, and its key ends with the comment. */
const Text = z.union([z.string(), z.object({ message: z.string() })]);
const Texts = z.record(z.string(), Text);

/** The English files. Every language has its own version of each. */
const sources = ['l10n/bundle.l10n.json', 'package.nls.json'];

const texts = (file: string): Record<string, string> => {
  const entries = Object.entries(Texts.parse(JSON.parse(readFileSync(file, 'utf8'))));
  return Object.fromEntries(
    entries.map(([key, text]) => [key, typeof text === 'string' ? text : text.message]),
  );
};
const inLanguage = (source: string, language: string): string => source.replace(/json$/, `${language}.json`);
const all = (text: string, pattern: RegExp): string[] => (text.match(pattern) ?? []).sort();
const NAMES = /BAP Identity|Sigma Identity|\bAdom\b|ClawNet|VS Code/g;

/** What must be identical in every language. */
const FIXED: Record<string, RegExp> = {
  placeholders: /\{\d+\}/g,
  'targets of links': /\]\([^)]*\)/g,
  'code, such as names of settings': /`[^`]*`/g,
  'links to settings': /#[\w.]+#/g,
};

/** Matches words with any letters: `\b` supports ASCII letters only. */
const words = (...all: string[]): RegExp => new RegExp(`(?<!\\p{L})(?:${all.join('|')})(?!\\p{L})`, 'iu');

/** Wording that must not come back. */
/** Matches a number before a noun that is wrong for 1. Japanese and Chinese have no plural. */
const plural = (...nouns: string[]): RegExp => new RegExp(`\\{\\d\\} (?:${nouns.join('|')})(?!\\p{L})`, 'u');

const AVOIDED: Record<string, Record<string, RegExp>> = {
  en: {
    'a term that has another name here': words(
      ...['all-powerful', 'command lines?', 'go(?:es)? on', 'nobody', 'under way', 'whoever'],
    ),
    'an ID in small letters': /\b(?:BAP|[Cc]lient|[Uu]ser) id\b/,
    'a plural': plural('accounts', 'hosts', 'locks', 'reached', 'servers', 'sessions'),
  },
  de: { 'a plural': plural('Hosts', 'Konten', 'Sitzungen', 'Sperren') },
  es: {
    'words that only somebody addressed as tú has': words('t[uú]s?', 'te', 'ti', 'contigo', 'tuy[oa]s?'),
    // Excludes forms shared with usted, such as "inicia", and words that are also nouns, such as "cuentas".
    'verbs for tú': words(
      '(?!(?:a|de)trás)\\p{L}+rás',
      '\\p{L}+(?:aste|(?<![sx])iste)',
      ...'confías debes dices eliges eres estás estés haces has hayas necesitas permites pides'.split(' '),
      ...'puedas puedes quieras quieres sabes tengas tienes ves'.split(' '),
    ),
    'all-powerful': words('todopoderos[oa]s?'),
    'a plural': plural('bloqueos', 'cuentas', 'hosts', 'servidores', 'sesiones'),
  },
  fr: { 'a plural': plural('comptes', 'hôtes', 'serveurs', 'sessions', 'verrous') },
  'pt-br': { 'a plural': plural('bloqueios', 'contas', 'hosts', 'servidores', 'sessões') },
  ja: { 'a pronoun for the reader': /あなた|貴方/ },
  'zh-cn': { 'a formal pronoun': /您/ },
};

function assertAvoids(language: string, text: string, key: string): void {
  for (const [what, pattern] of Object.entries(AVOIDED[language] ?? {}))
    assert.doesNotMatch(text, pattern, `${what}: ${key}`);
}

describe('English wording', () => {
  for (const source of sources)
    it(`is consistent in ${source}`, () => {
      for (const [key, text] of Object.entries(texts(source))) assertAvoids('en', text, key);
    });

  // Agents read these and repeat their wording to the user.
  for (const file of ['package.json', ...globSync('media/skills/**/*.md')])
    it(`is consistent in ${file}`, () => {
      readFileSync(file, 'utf8')
        .split('\n')
        .forEach((line) => {
          assertAvoids('en', line, line);
        });
    });
});

it('the language list matches the files', () => {
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

      it('translates exactly the English texts', () => {
        assert.deepEqual(Object.keys(translated).sort(), Object.keys(english).sort());
      });

      for (const [name, pattern] of Object.entries(FIXED))
        it(`has the same ${name}`, () => {
          for (const [key, text] of Object.entries(english))
            assert.deepEqual(all(translated[key] ?? '', pattern), all(text, pattern), key);
        });

      it('avoids wrong words', () => {
        for (const [key, text] of Object.entries(translated)) assertAvoids(language, text, key);
      });

      it('keeps product names', () => {
        for (const [key, text] of Object.entries(english))
          assert.deepEqual(new Set(all(translated[key] ?? '', NAMES)), new Set(all(text, NAMES)), key);
      });

      it('has no empty or oversized text', () => {
        for (const [key, text] of Object.entries(english)) {
          const length = (translated[key] ?? '').length;
          assert.ok(length > 0, key);
          assert.ok(length <= Math.max(20, text.length * LONGEST), `${key}: ${translated[key] ?? ''}`);
        }
      });
    });
