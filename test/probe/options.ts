import { parseArgs } from 'node:util';

import { parseServer } from '../../src/http/address.ts';
import { settings } from '../../src/settings.ts';

export interface Options {
  /** Both in the canonical form of `parseServer`. */
  readonly sigma: string;
  readonly adom: string;
  readonly clientId: string;
  readonly only?: 'sigma' | 'adom';
}

export const USAGE = `npm run probe -- [options]

  --sigma URL         the server to ask, instead of ${settings.sigmaServerUrl.default}
  --adom URL          the server to ask, instead of ${settings.adomApiUrl.default}
  --client-id ID      the client ID for Sigma Identity, instead of ${settings.sigmaClientId.default}
  --only sigma|adom   asks one of the two only`;

/** The options, or what is wrong with them. By default those of the extension's settings. */
export function readOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sigma: { type: 'string', default: settings.sigmaServerUrl.default },
        adom: { type: 'string', default: settings.adomApiUrl.default },
        'client-id': { type: 'string', default: settings.sigmaClientId.default },
        only: { type: 'string' },
      },
    });
    const { only } = values;
    const sigma = parseServer(values.sigma);
    const adom = parseServer(values.adom);
    if (sigma === undefined) return notAServer('--sigma');
    if (adom === undefined) return notAServer('--adom');
    const servers = { sigma, adom, clientId: values['client-id'] };
    if (only === undefined) return servers;
    return only === 'sigma' || only === 'adom' ? { ...servers, only } : '--only is sigma or adom.';
  } catch (error) {
    return error instanceof Error ? error.message : 'The options could not be read.';
  }
}

function notAServer(option: string): string {
  return `${option} is not the address of a server: it starts with https:// (or http:// on this computer), and has no user name, query or fragment.`;
}
