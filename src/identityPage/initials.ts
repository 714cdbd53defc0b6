/** The first characters of the first and the last word of a name. They are shown when there is no picture. */
export function initials(name: string): string {
  const words = name
    .split(/\s+/u)
    // Removes quotes, brackets and other signs, but no emoji: a name may have only emoji.
    .map((word) => word.replace(/^[\p{P}\p{Sm}\p{Sc}\p{Sk}]+/u, ''))
    .filter((word) => word !== '');
  const chosen = words.length > 1 ? [words.at(0), words.at(-1)] : [words.at(0) ?? name];
  return chosen.map((word) => firstGrapheme((word ?? '').toUpperCase())).join('');
}

/** What a person sees as one character: a letter with its accent, or a flag. */
function firstGrapheme(text: string): string {
  // Made here and not when the extension starts: it costs more than all the rest of the start.
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) return segment;
  return '';
}
