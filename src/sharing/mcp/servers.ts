import * as z from 'zod/mini';

import { safeText } from '../../base/safeText.ts';
import { isSafeAddress } from '../../http/address.ts';

/** An MCP server in the setting `bapIdentity.mcp.servers`. */
export interface McpServer {
  /** Safe to show. VS Code identifies the server by it. */
  readonly label: string;
  /** As `URL.href` formats it. */
  readonly url: string;
  /** The id of the service whose token the server gets. */
  readonly provider: string;
}

/** Why a part of the setting is ignored. `entry` counts from 1. */
export type SettingProblem =
  | { readonly kind: 'noList' }
  | {
      readonly kind: 'noEntry' | 'badLabel' | 'sameLabel' | UrlProblem | 'badProvider';
      readonly entry: number;
    };

/**
 * `longUrl`: it would fill the dialog that asks for consent, and push out the words about what the token can do.
 * `rewrittenUrl`: VS Code would contact another address than the one that the user allowed.
 * `serviceUrl`: the token would be sent to a path of the identity service that is not meant for it.
 */
type UrlProblem = 'badUrl' | 'longUrl' | 'rewrittenUrl' | 'serviceUrl';

export interface SettingRules {
  /** The ids of all services. */
  readonly providers: readonly string[];
  /** The addresses of all services: the configured and the default ones. */
  readonly serviceUrls: readonly string[];
  /** How VS Code spells an address when it contacts it. */
  readonly spelling: (url: string) => string;
}

/** Longer labels do not fit into VS Code's lists. */
const MAX_LABEL_CHARACTERS = 60;
/** Longer than any address that a person enters. */
const MAX_URL_CHARACTERS = 2_000;

const Entry = z.object({ label: z.unknown(), url: z.unknown(), provider: z.unknown() });

/** Splits the setting into valid servers and problems. */
export function readServers(
  setting: unknown,
  rules: SettingRules,
): { readonly servers: readonly McpServer[]; readonly problems: readonly SettingProblem[] } {
  if (!Array.isArray(setting)) return { servers: [], problems: [{ kind: 'noList' }] };
  const servers: McpServer[] = [];
  const problems: SettingProblem[] = [];
  for (const [index, value] of setting.entries()) {
    const read = readEntry(value, rules, servers);
    if (typeof read === 'string') problems.push({ kind: read, entry: index + 1 });
    else servers.push(read);
  }
  return { servers, problems };
}

function readEntry(
  value: unknown,
  rules: SettingRules,
  others: readonly McpServer[],
): McpServer | Exclude<SettingProblem['kind'], 'noList'> {
  const entry = z.safeParse(Entry, value).data;
  if (entry === undefined) return 'noEntry';
  const label = readLabel(entry.label);
  if (label === undefined) return 'badLabel';
  if (others.some((other) => other.label === label)) return 'sameLabel';
  const url = readUrl(entry.url, rules);
  if (typeof url === 'string') return url;
  const provider = rules.providers.find((id) => id === entry.provider);
  return provider === undefined ? 'badProvider' : { label, url: url.href, provider };
}

function readLabel(value: unknown): string | undefined {
  const label = typeof value === 'string' ? safeText(value, MAX_LABEL_CHARACTERS) : '';
  return label === '' ? undefined : label;
}

/**
 * Rejects a fragment, because no server receives it, and a percent sign, because VS Code re-encodes it. Whatever else
 * VS Code spells in another way is rejected by comparison.
 */
function readUrl(value: unknown, { serviceUrls, spelling }: SettingRules): URL | UrlProblem {
  if (typeof value !== 'string') return 'badUrl';
  const text = value.trim();
  const url = isSafeAddress(text) ? new URL(text) : undefined;
  if (url === undefined || /[#%]/.test(url.href)) return 'badUrl';
  if (url.href.length > MAX_URL_CHARACTERS) return 'longUrl';
  if (spelling(url.href) !== url.href) return 'rewrittenUrl';
  return serviceUrls.some((each) => originOf(each) === originOf(url.href)) ? 'serviceUrl' : url;
}

/** A host with a dot at its end is the same host. */
function originOf(url: string): string | undefined {
  const { protocol, host } = URL.parse(url) ?? {};
  return host && `${protocol}//${host.replace(/\.(?=:|$)/, '')}`;
}
