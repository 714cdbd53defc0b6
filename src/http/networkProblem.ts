import { TimeLimitError } from '../base/timeLimit.ts';

/** Why a request got no complete answer, as far as the platform tells. */
export type NetworkProblem =
  /** The name of the server was not found, or nobody could be asked for it. */
  | 'dns'
  /** No network, or no way through it to the server. */
  | 'offline'
  /** Nothing listens at this address. */
  | 'refused'
  /** The connection was made and then broke. */
  | 'reset'
  | 'timeout'
  /** The proxy cannot be found or reached. */
  | 'proxyUnreachable'
  /** The proxy wants a user name and password. */
  | 'proxyLogin'
  /** The proxy does not let the connection through. It may want a login too: not every version of VS Code tells. */
  | 'proxyRefused'
  | 'certificateExpired'
  /** Nearly always a clock that is behind. */
  | 'certificateNotYetValid'
  /** The server made its certificate itself. */
  | 'selfSigned'
  /** The certificate is of an authority that this computer does not know, such as a company's own. */
  | 'unknownIssuer'
  /** The certificate is for other names. */
  | 'wrongHost'
  /** The certificate is bad in another way, such as revoked. */
  | 'badCertificate'
  /** The two do not find a common form of TLS, or what answers does not speak TLS. */
  | 'tls'
  /** A browser tells no code why it has no answer. */
  | 'unexplained'
  /** No code that this table knows. */
  | 'unknown';

/**
 * The codes of Node and of its `fetch` (undici). VS Code replaces `fetch`, but hands every request that follows no
 * redirect on to Node (seen in 1.105 and 1.139), so no error of Chromium's network comes from there.
 */
const PROBLEMS: ReadonlyMap<string, NetworkProblem> = new Map(
  Object.entries<NetworkProblem>({
    ENOTFOUND: 'dns',
    EAI_AGAIN: 'dns',
    ENODATA: 'dns',
    ENETUNREACH: 'offline',
    ENETDOWN: 'offline',
    EHOSTUNREACH: 'offline',
    EHOSTDOWN: 'offline',
    EADDRNOTAVAIL: 'offline',
    ECONNREFUSED: 'refused',
    ECONNRESET: 'reset',
    ECONNABORTED: 'reset',
    EPIPE: 'reset',
    UND_ERR_SOCKET: 'reset',
    ETIMEDOUT: 'timeout',
    UND_ERR_CONNECT_TIMEOUT: 'timeout',
    UND_ERR_HEADERS_TIMEOUT: 'timeout',
    UND_ERR_BODY_TIMEOUT: 'timeout',
    // undici says this when a proxy answers CONNECT with another status than 200.
    UND_ERR_ABORTED: 'proxyRefused',
    UND_ERR_SOCKS5: 'proxyRefused',
    UND_ERR_PRX_TLS: 'proxyUnreachable',
    CERT_HAS_EXPIRED: 'certificateExpired',
    CERT_NOT_YET_VALID: 'certificateNotYetValid',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'selfSigned',
    // The root of a chain signs itself: what matters is that nobody here trusts it.
    SELF_SIGNED_CERT_IN_CHAIN: 'unknownIssuer',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknownIssuer',
    UNABLE_TO_GET_ISSUER_CERT: 'unknownIssuer',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknownIssuer',
    CERT_UNTRUSTED: 'unknownIssuer',
    ERR_TLS_CERT_ALTNAME_INVALID: 'wrongHost',
    HOSTNAME_MISMATCH: 'wrongHost',
    CERT_REVOKED: 'badCertificate',
    CERT_REJECTED: 'badCertificate',
    CERT_SIGNATURE_FAILURE: 'badCertificate',
    CERT_CHAIN_TOO_LONG: 'badCertificate',
    INVALID_CA: 'badCertificate',
    INVALID_PURPOSE: 'badCertificate',
    PATH_LENGTH_EXCEEDED: 'badCertificate',
    EPROTO: 'tls',
  }),
);

/** The longest chain that is known has three errors: of fetch, of happy eyeballs, of the system. */
const MAX_DEPTH = 5;

/**
 * Why a request to `url` failed, by the codes in the chain of causes, never by a message. Undefined when no code is
 * known. A browser gives none.
 */
export function networkProblem(error: unknown, url: string): NetworkProblem | undefined {
  const target = URL.parse(url);
  for (const each of chainOf(error, MAX_DEPTH)) {
    // VS Code adds this to the error of a tunnel (seen in 1.139).
    if ('connectResponseStatusCode' in each && each.connectResponseStatusCode === 407) return 'proxyLogin';
    const problem = problemFromCode(each);
    if (problem === undefined) continue;
    const isConnecting = problem === 'dns' || problem === 'refused' || problem === 'timeout';
    return isConnecting && target !== null && isElsewhere(each, target) ? 'proxyUnreachable' : problem;
  }
  return undefined;
}

/** True when another try with the same settings is sure to fail in the same way. */
export function isPermanent(problem: NetworkProblem): boolean {
  return PERMANENT.has(problem);
}

const PERMANENT: ReadonlySet<NetworkProblem> = new Set([
  'proxyLogin',
  'certificateExpired',
  'certificateNotYetValid',
  'selfSigned',
  'unknownIssuer',
  'wrongHost',
  'badCertificate',
]);

/** The error and its causes. The causes of an AggregateError are its tries of several addresses: each has a code. */
function* chainOf(error: unknown, depth: number): Generator<Error> {
  if (!(error instanceof Error) || depth === 0) return;
  yield error;
  if (error instanceof AggregateError) for (const each of error.errors) yield* chainOf(each, depth - 1);
  yield* chainOf(error.cause, depth - 1);
}

function problemFromCode(error: Error): NetworkProblem | undefined {
  if (error instanceof TimeLimitError) return 'timeout';
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  return PROBLEMS.get(error.code) ?? (error.code.startsWith('ERR_SSL_') ? 'tls' : undefined);
}

/** True when a system error is of a connection to another place than `url`: to a proxy. */
function isElsewhere(error: Error, url: URL): boolean {
  if ('hostname' in error && typeof error.hostname === 'string') return error.hostname !== url.hostname;
  if (!('port' in error) || typeof error.port !== 'number') return false;
  return error.port !== Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}
