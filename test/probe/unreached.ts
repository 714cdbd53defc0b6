import type { Problem } from '../../src/http/outcome.ts';

/** Why there is no table for a service, and what to do: `Couldn’t reach https://…: …`. */
export function unreachedWords(
  problem: Problem | 'notTheService',
  label: string,
  server: string,
  option: string,
): string {
  const [reason, advice] = words(problem, label, option);
  return `Couldn’t reach ${label} at ${server}: ${reason}. ${advice}`;
}

const PROXY =
  'If your network needs a proxy, run this with NODE_USE_ENV_PROXY=1 and HTTPS_PROXY=http://host:port.';
const CONNECTION = `Check your internet connection. ${PROXY}`;
const AUTHORITIES =
  'If your network or company replaces certificates, run this with NODE_OPTIONS=--use-system-ca, or NODE_EXTRA_CA_CERTS=file.pem.';
const LATER = 'Try again in a few minutes.';

function words(
  problem: Problem | 'notTheService',
  label: string,
  option: string,
): [reason: string, advice: string] {
  const address = `Check the address, which ${option} changes.`;
  switch (problem) {
    case 'dns':
      return ['no such host name', `${address} ${CONNECTION}`];
    case 'offline':
      return ['there is no network', CONNECTION];
    case 'refused':
      return ['nothing listens there', `The server may be down. ${address} ${PROXY}`];
    case 'reset':
      return ['the connection broke', `A firewall may have closed it. ${CONNECTION}`];
    case 'timeout':
      return ['no answer in time', CONNECTION];
    case 'forbidden':
      return [
        'this computer does not allow the connection',
        'Allow Node in your firewall or security software.',
      ];
    case 'notHttp':
    case 'tls':
      return ['what answers does not speak HTTPS as Node does', address];
    case 'proxyUnreachable':
      return ['the proxy can’t be reached', 'Check HTTPS_PROXY.'];
    case 'proxyLogin':
      return [
        'the proxy wants a user name and password',
        'Put them into HTTPS_PROXY=http://user:password@host:port.',
      ];
    case 'proxyRefused':
      return [
        'the proxy refuses the connection',
        'It may want a user name and password, or block this host.',
      ];
    case 'certificateExpired':
    case 'certificateNotYetValid':
      return ['its certificate is not valid today', 'Check the date and time of this computer.'];
    case 'selfSigned':
    case 'unknownIssuer':
      return ['its certificate is from an issuer that Node does not trust', AUTHORITIES];
    case 'wrongHost':
      return ['its certificate is for another host name', address];
    case 'badCertificate':
      return ['its certificate is not valid', 'Don’t go on: something else may be answering.'];
    case 'loginPage':
      return ['a web page or a redirect answers', `Open any web page and log in to your network. ${address}`];
    case 'blocked':
      return ['the request is blocked (403)', 'A firewall may do that. Try another network.'];
    case 'notFound':
      return [`${label} is not at this address (404 or 405)`, address];
    case 'busy':
      return ['too many requests (429)', LATER];
    case 'serverFault':
      return ['it has a problem right now (5xx)', LATER];
    case 'notTheService':
      return [`what answers is not ${label}`, address];
    case 'unexplained':
    case 'unknown':
      return ['the connection failed', CONNECTION];
  }
}
