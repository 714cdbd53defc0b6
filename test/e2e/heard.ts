/** What the consumer in one window has heard, and when. */
export interface Heard {
  readonly window: string;
  readonly atMs: number;
  readonly change: string;
}

/** From the consumer's logs: each window has an extension host, and each host a folder of its own. */
export function readHeard(logs: string): Heard[] {
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
