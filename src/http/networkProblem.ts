import { TimeLimitError } from '../base/timeLimit.ts';

/** Why a request got no complete answer, as far as the platform reveals it. */
export type NetworkProblem =
  /** The host name was not found, or no DNS server could be reached. */
  | 'dns'
  /** No network, or no route to the server. */
  | 'offline'
  /** Nothing listens on this address. */
  | 'refused'
  /** The connection was made and then broke. */
  | 'reset'
  | 'timeout'
  /** The system does not let the editor connect: a firewall or security software on this computer. */
  | 'forbidden'
  /** What came back is not HTTP. */
  | 'notHttp'
  /** The proxy cannot be found or reached. */
  | 'proxyUnreachable'
  /** The proxy requires a user name and password. */
  | 'proxyLogin'
  /** The proxy rejects the connection. It may just require a login: not every version of VS Code shows the status. */
  | 'proxyRefused'
  | 'certificateExpired'
  /** Nearly always because our clock is behind. */
  | 'certificateNotYetValid'
  | 'selfSigned'
  /** The issuer is an authority that this computer does not trust, such as a company's own. */
  | 'unknownIssuer'
  /** The certificate is for other host names. */
  | 'wrongHost'
  /** Invalid in another way, such as revoked. */
  | 'badCertificate'
  /** No common TLS version or cipher, or the server does not speak TLS. */
  | 'tls'
  /** A browser hides the reason from scripts. */
  | 'unexplained'
  /** No known error code. */
  | 'unknown';

/**
 * The error codes of Node and of its `fetch` (undici). VS Code replaces `fetch`, but passes every request that does not
 * follow redirects on to Node (seen in 1.105 and 1.139), so errors of Chromium's network stack do not occur.
 */
const PROBLEMS: ReadonlyMap<string, NetworkProblem> = new Map(
  Object.entries<NetworkProblem>({
    ENOTFOUND: 'dns',
    EAI_AGAIN: 'dns',
    EAI_FAIL: 'dns',
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
    EACCES: 'forbidden',
    EPERM: 'forbidden',
    // From undici, if a proxy answers CONNECT with a status other than 200.
    UND_ERR_ABORTED: 'proxyRefused',
    UND_ERR_SOCKS5: 'proxyRefused',
    UND_ERR_PRX_TLS: 'proxyUnreachable',
    CERT_HAS_EXPIRED: 'certificateExpired',
    CERT_NOT_YET_VALID: 'certificateNotYetValid',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'selfSigned',
    // Every root is self-signed: what matters is that this computer does not trust it.
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
    // OpenSSL's checks without a name of their own in Node, such as for a weak key or signature.
    UNSPECIFIED: 'badCertificate',
    EPROTO: 'tls',
  }),
);

/** The longest known chain has three errors: from fetch, from Happy Eyeballs, and from the system. */
const MAX_DEPTH = 5;

/**
 * Why a request to `url` failed, from the error codes in the chain of causes, never from a message. Undefined without a
 * known code. Errors in a browser have none.
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

/** True if a retry with the same settings is bound to fail in the same way. */
export function isPermanent(problem: NetworkProblem): boolean {
  return PERMANENT.has(problem);
}

const PERMANENT: ReadonlySet<NetworkProblem> = new Set([
  'forbidden',
  'notHttp',
  'proxyLogin',
  'certificateExpired',
  'certificateNotYetValid',
  'selfSigned',
  'unknownIssuer',
  'wrongHost',
  'badCertificate',
]);

/**
 * The error and its causes. An AggregateError has one error for each address that was tried. They come first: it has
 * their code, and only they tell which host and port that was.
 */
function* chainOf(error: unknown, depth: number): Generator<Error> {
  if (!(error instanceof Error) || depth === 0) return;
  if (error instanceof AggregateError) for (const each of error.errors) yield* chainOf(each, depth - 1);
  yield error;
  yield* chainOf(error.cause, depth - 1);
}

function problemFromCode(error: Error): NetworkProblem | undefined {
  if (error instanceof TimeLimitError) return 'timeout';
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  const { code } = error;
  const known = PROBLEMS.get(code);
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'notHttp'; // Node's parser
  return code.startsWith('ERR_SSL_') ? 'tls' : undefined;
}

/** True if a system error comes from a connection to somewhere other than `url`: to a proxy. */
function isElsewhere(error: Error, url: URL): boolean {
  if ('hostname' in error && typeof error.hostname === 'string') return error.hostname !== url.hostname;
  if (!('port' in error) || typeof error.port !== 'number') return false;
  return error.port !== Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}
