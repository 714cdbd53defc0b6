const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One or two characters that stand for a name where there is no picture: of its first and its last word. */
export function initials(name: string): string {
  const words = name
    .split(/\s+/u)
    // Quotes, brackets and the like, but not emoji: they may be all that there is.
    .map((word) => word.replace(/^[\p{P}\p{Sm}\p{Sc}\p{Sk}]+/u, ''))
    .filter((word) => word !== '');
  const chosen = words.length > 1 ? [words.at(0), words.at(-1)] : [words.at(0) ?? name];
  return chosen.map((word) => firstGrapheme((word ?? '').toUpperCase())).join('');
}

/** What a person takes for one character: an accent belongs to its letter, a flag is one. */
function firstGrapheme(text: string): string {
  for (const { segment } of graphemes.segment(text)) return segment;
  return '';
}
