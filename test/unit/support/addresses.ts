import * as fc from 'fast-check';

const c = fc.constantFrom;

const scheme = fc.oneof(
  { weight: 6, arbitrary: c('https://') },
  { weight: 3, arbitrary: c('http://') },
  {
    weight: 1,
    arbitrary: c(
      'HTTPS://',
      'https:',
      'https:/',
      'https:\\\\',
      '//',
      'ftp://',
      'file:///',
      'javascript:',
      'command:',
      'blob:https://',
      'view-source:https://',
      'ht\ntps://',
      '',
    ),
  },
);
const LOOPBACK = ['localhost', '127.0.0.1', '127.8.9.10', '[::1]'];
const NOT_QUITE_LOOPBACK = [
  '127.1',
  '0x7f.1',
  '2130706433',
  '0.0.0.0',
  '[::]',
  '[::ffff:127.0.0.1]',
  'localhost.',
  'LOCALHOST',
  'localhost%2e',
  'evil.localhost',
  '127.0.0.1.nip.io',
  '①②⑦.0.0.1',
  '[::1%25eth0]',
];
const NAMES = [
  'auth.example',
  'Auth.Example',
  'xn--80ak6aa92e.com',
  'аррӏе.com',
  'a\u00adb.example',
  'a。b',
  'a．b',
  'faß.de',
  '%61.example',
  'a%2fb',
  'a%40b',
  'a%5cb',
  'a_b.example',
  '*.example',
  'a..b',
  '-a.b',
  'ａ.example',
  'e\u0301.example',
  '\u202eexample.com',
  'a\ud800b',
];
const host = fc.oneof(
  { weight: 3, arbitrary: c(...NAMES) },
  { weight: 2, arbitrary: c(...LOOPBACK) },
  { weight: 2, arbitrary: c(...NOT_QUITE_LOOPBACK) },
  {
    weight: 1,
    arbitrary: fc.webAuthority({ withIPv4: true, withIPv6: true, withPort: true, withUserInfo: true }),
  },
  { weight: 1, arbitrary: fc.ipV4Extended() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }) },
  {
    weight: 1,
    arbitrary: fc
      .array(c('a'.repeat(60), 'login', 'auth.example'), { minLength: 3, maxLength: 4 })
      .map((labels) => labels.join('.')),
  },
);
const user = fc.oneof(
  { weight: 8, arbitrary: c('') },
  {
    weight: 1,
    arbitrary: c(
      '@',
      ':@',
      'user@',
      'user:secret@',
      ':secret@',
      'localhost:80@',
      'auth.example\\@',
      '%40',
      '／@',
      'a@b@',
    ),
  },
);
const port = fc.oneof(
  { weight: 6, arbitrary: c('') },
  { weight: 1, arbitrary: c(':443', ':80', ':8443', ':', ':0', ':99999', ':08', ':８０') },
);
const path = fc.oneof(
  {
    weight: 3,
    arbitrary: c(
      '',
      '/',
      '/device?code=ABCD-1234',
      '//',
      '/a/../..//c/',
      '/x%2f..%2f',
      '/;a',
      '/\u202e',
      '/a b',
      '/[x](command:y)',
    ),
  },
  {
    weight: 1,
    arbitrary: c(
      '?',
      '#',
      '?a=%2F',
      '\\@evil.example/',
      '/@evil.example',
      '#@evil.example',
      '?@evil.example/',
      '\t',
      '\u0000',
      '/%',
      '/%zz',
      '/\ud800',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 10 }) },
);

/** A character somewhere in a text. */
const mutation = fc.tuple(
  fc.nat(60),
  c(
    '\\',
    '\\',
    '\\',
    '@',
    '\t',
    '\n',
    ' ',
    '\u00a0',
    '\u0000',
    '\u007f',
    '\u0085',
    '\u200b',
    '\u00ad',
    '\u3000',
    '\ufeff',
    '@',
    ':',
    '/',
    '?',
    '#',
    '%',
    '[',
    ']',
    '.',
    '。',
    '\ud800',
    'K',
    'ſ',
  ),
);

/** Addresses: good, made to deceive, and nearly right. */
export const address: fc.Arbitrary<string> = fc
  .tuple(scheme, user, host, port, path, fc.array(mutation, { maxLength: 2 }), fc.integer({ min: 0, max: 2 }))
  .map(([before, who, where, at, rest, mutations, times]) =>
    mutations.slice(0, times).reduce(
      (text, [position, character]) => {
        const index = position % (text.length + 1);
        return text.slice(0, index) + character + text.slice(index);
      },
      before + who + where + at + rest,
    ),
  );
