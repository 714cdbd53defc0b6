import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { environment } from './environment.ts';

/** How requests leave this machine. Never an address: it can hold a password, or the name of a company. */
export interface ProxyFacts {
  /** Whether `http.proxy` is set. */
  readonly proxy: boolean;
  /** How many hosts `http.noProxy` names. */
  readonly exceptions: number;
  /** The other settings, such as `http.proxySupport: override`. */
  readonly settings: readonly string[];
  /** The environment variables that are set. Undefined in a web worker, which has none. */
  readonly variables: readonly string[] | undefined;
}

const SETTINGS = ['proxySupport', 'proxyStrictSSL', 'systemCertificates', 'fetchAdditionalSupport'];
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];

/** Only what these settings can be. */
const Plain = z.union([z.boolean(), z.literal(['off', 'on', 'fallback', 'override'])]);

export function proxyFacts(): ProxyFacts {
  const http = vscode.workspace.getConfiguration('http');
  const names = z.safeParse(z.array(z.unknown()), http.get<unknown>('noProxy')).data ?? [];
  return {
    proxy: Boolean(http.get<unknown>('proxy')),
    exceptions: names.length,
    settings: SETTINGS.flatMap((name) => {
      const { data } = z.safeParse(Plain, http.get<unknown>(name));
      return data === undefined ? [] : [`http.${name}: ${data}`];
    }),
    variables: setVariables(),
  };
}

function setVariables(): string[] | undefined {
  const env = environment();
  return env && VARIABLES.filter((name) => Boolean(env[name] ?? env[name.toLowerCase()]));
}
