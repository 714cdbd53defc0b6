/** One line of a list in Markdown. The words are ours, so nothing is escaped. */
export function bullet(label: string, words: string): string {
  return `- **${label}:** ${words}`;
}

/** Text from outside as code, so that no character of it is markup. */
export function inlineCode(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

/** Several names as code, or `ifNone`. */
export function codeList(names: readonly string[], ifNone: string): string {
  return names.length === 0 ? ifNone : names.map(inlineCode).join(', ');
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;
/** A longer time than this is told in a larger unit. */
const ENOUGH = 2;

/** A length of time in words and in one unit, such as `3 days`. Tells a negative one without its sign. */
export function duration(ms: number, language: string): string {
  const length = Math.abs(ms);
  const [unit, unitMs] = UNITS.find(([, each]) => length >= ENOUGH * each) ?? (['second', 1_000] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.round(length / unitMs));
}
