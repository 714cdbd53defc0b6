import * as fc from 'fast-check';

/** Parts of texts that have deceived programs or people before. */
const PARTS = [
  '[x](command:workbench.action.quit)',
  '[x](https://evil.example "y")',
  '](',
  '[',
  ']',
  '(',
  '$(verified)',
  '$',
  '\u202eefas',
  '\u2066',
  '\u200b',
  '\u00ad',
  '\u2800',
  '\ufe0f',
  '\u{e0041}',
  '\u0000',
  '\u001b[31m',
  '\u0085',
  '\r\n',
  '\u2028',
  '\t',
  ' ',
  '\ud800',
  '\udc00',
  '\udb40',
  '👍',
  'é',
  '日本',
  '__proto__',
  'constructor',
  'toString',
  'then',
  'toJSON',
  '<img src=x onerror=alert(1)>',
  '&amp;',
  '${env:HOME}',
  '{0}',
  '%00',
  'Bearer ',
  '"',
  "'",
  '\\',
  'Ann',
];

/** Texts as a hostile server, a broken one, or a playful person may write them. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PARTS) },
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom(...PARTS), { maxLength: 6 }).map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', '👍', ' ', '[', '\u200b', '\ud800'), fc.constantFrom(64, 121, 300, 20_000))
      .map(([text, times]) => text.repeat(times)),
  },
  { weight: 1, arbitrary: fc.constant('') },
);

/** Numbers that are no valid number of seconds, or an odd one. */
export const oddNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 1e-9, 1, 5, 2 ** 31, 2 ** 53, 8.64e15, 1e21, 1e300, 1.79e308, -1e300),
  fc.double(),
);

const leaf = fc.oneof(hostileText, oddNumber, fc.constantFrom(null, true, false));
const key = fc.oneof(
  fc.constantFrom('a', '__proto__', 'constructor', 'then', 'toJSON', 'error'),
  hostileText,
);

/** Any JSON value. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: leaf },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(key, leaf, { maxKeys: 4 }) },
);

/** An object that is valid half of the time. Otherwise some members are anything, or absent. */
export function nearly(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const odd = Object.entries(members).map(([name, good]) => [
    name,
    fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: anyJson }),
  ]);
  const oddMembers = Object.fromEntries(odd) as Record<string, fc.Arbitrary<unknown>>;
  return fc.oneof(
    { weight: 3, arbitrary: fc.record(members) },
    { weight: 2, arbitrary: fc.record(oddMembers) },
    { weight: 1, arbitrary: fc.record(members, { requiredKeys: [] }) },
  );
}
