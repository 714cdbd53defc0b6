import { readChallenges } from '../../src/http/challenge.ts';
import { errorOf, Outside } from './outside.ts';
import type { Answer } from './recorder.ts';

/** `–`: the question does not arise, such as whether a refresh token is replaced where there is none. */
export type Holds = 'yes' | 'no' | 'not known' | '–';

/** What is asked about a service, and what was found. Rows are in the order of `statements`. */
export class Table<Row extends string> {
  readonly #statements: Readonly<Record<Row, string>>;
  readonly #found = new Map<string, { holds: Holds; seen: string }>();

  constructor(statements: Readonly<Record<Row, string>>) {
    this.#statements = statements;
  }

  set(row: Row, holds: Holds | boolean, seen = ''): void {
    this.#found.set(row, { holds: typeof holds === 'boolean' ? yesOrNo(holds) : holds, seen });
  }

  /** True once every row has been asked about, whatever the answer. */
  get isComplete(): boolean {
    return Object.keys(this.#statements).every((row) => this.#found.has(row));
  }

  lines(): string[] {
    const rows = Object.entries<string>(this.#statements).map(([row, statement]) => {
      const { holds, seen } = this.#found.get(row) ?? { holds: 'not known', seen: 'not asked' };
      return [statement, holds, seen];
    });
    return markdown(['What', 'Holds', 'Seen'], rows);
  }
}

function yesOrNo(holds: boolean): Holds {
  return holds ? 'yes' : 'no';
}

/** The status and the error code. */
export function statusWords({ status, json }: Pick<Answer, 'status' | 'json'>): string {
  const error = status < 400 ? undefined : errorOf(json);
  return error === undefined ? String(status) : `${status} ${error}`;
}

/** Each kind of answer once, with its form and headers. `nameOf` gives the endpoint without anything from outside. */
export function answerLines(answers: readonly Answer[], nameOf: (url: string) => string): string[] {
  const outside = new Outside(answers);
  const rows = new Map<string, string[]>();
  for (const answer of answers) {
    const request = `${answer.method} ${nameOf(answer.url)}`;
    const row = [request, statusWords(answer), headerWords(answer, outside), outside.form(answer.json)];
    rows.set(row.join('\n'), row);
  }
  return markdown(['Request', 'Status', 'Headers', 'Body'], [...rows.values()]);
}

/** Headers whose presence says something, and whose value may not be printed. */
const PRESENT = ['retry-after', 'x-retry-after', 'set-auth-token', 'www-authenticate'];

function headerWords({ headers }: Answer, outside: Outside): string {
  const type = /^[a-z]+\/[a-z0-9.+-]+/i.exec(headers.get('content-type') ?? '')?.[0] ?? 'no content-type';
  const caching = /^[a-z0-9 ,=-]{1,80}$/i.exec(headers.get('cache-control') ?? '')?.[0];
  const cookies = headers.getSetCookie().map((line) => outside.name(line.split('=')[0] ?? '') ?? 'a cookie');
  const schemes = readChallenges(headers).map(({ scheme, params }) => {
    const error = params.get('error') ?? '';
    return /^[a-z_]{1,40}$/.test(error) ? `${scheme} ${error}` : scheme;
  });
  const present = PRESENT.filter((name) => headers.has(name)).map((name) =>
    name === 'www-authenticate'
      ? `${name} ${schemes.filter((word) => /^[a-z_ -]{1,60}$/.test(word)).join(', ')}`
      : name,
  );
  return [
    type,
    ...(caching === undefined ? [] : [`cache-control ${caching}`]),
    ...(cookies.length === 0 ? [] : [`set-cookie ${[...new Set(cookies)].sort().join(', ')}`]),
    ...present,
  ].join('; ');
}

/** A wider column is not padded. */
const MAX_WIDTH = 60;

/** A Markdown table. Columns are aligned for reading in a terminal, but not the last one. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, at) =>
    Math.min(MAX_WIDTH, Math.max(3, ...all.map((row) => row[at]?.length ?? 0))),
  );
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, at) => (at < row.length - 1 ? cell.padEnd(widths[at] ?? 0) : cell));
    return `| ${cells.join(' | ')} |`;
  };
  const rule = head.map((_, at) => '-'.repeat(at < head.length - 1 ? (widths[at] ?? 3) : 3));
  const [top = [], ...body] = all;
  return [line(top), line(rule), ...body.map(line)];
}
