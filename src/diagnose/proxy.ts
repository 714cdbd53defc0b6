import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { environment } from './editor.ts';
import { bullet, codeList } from './markdown.ts';

/** How requests leave this machine. Never an address: it can contain a password, or the name of a company. */
export interface ProxyFacts {
  /** `http.proxy` is set. */
  readonly isSet: boolean;
  /** How many hosts `http.noProxy` lists. */
  readonly exceptions: number;
  /** Other settings with their values, such as `http.proxySupport: override`. */
  readonly settings: readonly string[];
  /** The names of the environment variables that are set. Undefined in a web worker, which has none. */
  readonly variables: readonly string[] | undefined;
}

const SETTINGS = ['proxySupport', 'proxyStrictSSL', 'systemCertificates', 'fetchAdditionalSupport'];
const VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];

/** All values that these settings can have. Anything else could be personal. */
const SettingValue = z.union([z.boolean(), z.literal(['off', 'on', 'fallback', 'override'])]);

export function proxyFacts(): ProxyFacts {
  const http = vscode.workspace.getConfiguration('http');
  const exceptions = z.safeParse(z.array(z.unknown()), http.get<unknown>('noProxy')).data ?? [];
  const env = environment();
  return {
    isSet: Boolean(http.get<unknown>('proxy')),
    exceptions: exceptions.length,
    settings: SETTINGS.flatMap((name) => {
      const { data } = z.safeParse(SettingValue, http.get<unknown>(name));
      return data === undefined ? [] : [`http.${name}: ${data}`];
    }),
    variables: env && VARIABLES.filter((name) => Boolean(env[name] ?? env[name.toLowerCase()])),
  };
}

export function proxyLines({ isSet, exceptions, settings, variables }: ProxyFacts): string[] {
  const none = vscode.l10n.t('none');
  return [
    bullet('`http.proxy`', isSet ? vscode.l10n.t('set (address omitted)') : vscode.l10n.t('not set')),
    bullet(
      '`http.noProxy`',
      vscode.l10n.t({ message: 'hosts: {0}', args: [exceptions], comment: '{0}: a number' }),
    ),
    bullet(vscode.l10n.t('Other settings'), codeList(settings, none)),
    bullet(
      vscode.l10n.t('Environment variables that are set'),
      variables === undefined ? vscode.l10n.t('none in a web worker') : codeList(variables, none),
    ),
  ];
}
