/** One challenge of a 401: who asks for which kind of credentials (RFC 9110 §11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By name in lower case. */
  readonly params: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+\\-.^_`|~\\w]+";
const GAP = /[\s,]*/y;
/** A parameter can have whitespace around its `=`, and a value with or without quotes (RFC 9110 §11.2). */
const PARAM = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))(?=[\\s,]|$)`, 'y');
const SCHEME = new RegExp(`(${TOKEN})(?=[\\s,]|$)`, 'y');
/** Some schemes have one opaque value instead of parameters (`token68`), such as `Negotiate YII=`. */
const OPAQUE = /[\w.~+/-]+=*(?=[\s,]|$)/y;

/**
 * Reads the `WWW-Authenticate` of an answer, in every form that RFC 9110 §11.6.1 allows: several challenges in one line
 * or in several, quoted and unquoted values, names in any case. Stops at what is none of these.
 */
export function readChallenges(headers: Headers): Challenge[] {
  const text = headers.get('www-authenticate') ?? '';
  const challenges: { scheme: string; params: Map<string, string> }[] = [];
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    next(GAP);
    const current = challenges.at(-1);
    const param = current && next(PARAM);
    if (param) {
      const [, name = '', quoted, plain = ''] = param;
      current.params.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain);
      continue;
    }
    const scheme = next(SCHEME)?.[1];
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), params: new Map() });
    else if (next(OPAQUE) === null) return challenges;
  }
}
