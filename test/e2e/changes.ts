/** A change event that test/consumer logged in one window. */
export interface LoggedChange {
  readonly window: string;
  readonly atMs: number;
  readonly change: string;
}

/**
 * Reads the events of all windows from test/consumer's logs, in order. Each window's extension host has its own folder.
 */
export function readChanges(logs: string): LoggedChange[] {
  return logs
    .split('--- ')
    .flatMap((log) => {
      const [window = '', ...lines] = log.split('\n');
      if (!window.endsWith('Consumer.log')) return [];
      return lines.flatMap((line) => {
        const [, time, change] = /^(\S+ \S+) \[info\] ((?:added|changed|removed) .+)$/.exec(line) ?? [];
        return time === undefined || change === undefined ? [] : [{ window, atMs: Date.parse(time), change }];
      });
    })
    .sort((a, b) => a.atMs - b.atMs);
}
