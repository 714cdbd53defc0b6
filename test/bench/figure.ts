/** One row of docs/figures.md. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly how: string;
  /** Whether the figure meets its target. Undefined when it has none. */
  readonly isKept?: boolean;
  /** The target, such as `at most 1.2`. */
  readonly wanted?: string;
}

export function figure(what: string, value: string, how: string): Figure {
  return { what, value, how };
}

/** A figure with the upper limit `most`. `show` formats a value. */
export function atMost(
  what: string,
  value: number,
  most: number,
  how: string,
  show = (each: number): string => each.toFixed(2),
): Figure {
  return { what, value: show(value), how, wanted: `at most ${show(most)}`, isKept: value <= most };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

export function best(values: readonly number[]): number {
  return Math.min(...values);
}

/** Returns how long some work takes, in milliseconds. */
export async function tookMs(work: () => PromiseLike<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

export function bytes(value: number): string {
  return `${value.toLocaleString('en')} bytes`;
}
