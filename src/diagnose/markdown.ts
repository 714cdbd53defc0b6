/** One item of a list. Both texts are inserted as they are: pass text from outside as `inlineCode`. */
export function bullet(label: string, text: string): string {
  return `- **${label}:** ${text}`;
}

/** Text from outside as code, so that no character in it is markup. */
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
/** A unit is used from this many on: 47 hours, but 2 days. */
const MIN_COUNT = 2;

/** The length of a period in one unit, such as `3 days`, without the sign of a negative one. */
export function duration(ms: number, language: string): string {
  const length = Math.abs(ms);
  const [unit, unitMs] = UNITS.find(([, each]) => length >= MIN_COUNT * each) ?? (['second', 1_000] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.round(length / unitMs));
}
