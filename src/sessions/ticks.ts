/** How often the upkeep of sessions looks for work. */
export const TICK_MS = 30_000;
/** The longest pause between two attempts: half an hour. */
export const MAX_PAUSE_TICKS = 60;

/** How long to wait after this many failures in a row, at least one: one tick, then two, then four. */
export function ticksAfter(failures: number): number {
  return Math.min(2 ** (failures - 1), MAX_PAUSE_TICKS);
}
