import * as z from 'zod/mini';
import type * as vscode from 'vscode';

import { safeText } from '../../base/safeText.ts';
import { isSafeAddress } from '../../http/address.ts';

/** An MCP server that the person has set up in `bapIdentity.mcp.servers`. */
export interface McpServer {
  /** Safe to show. VS Code tells servers apart by it. */
  readonly label: string;
  /** As `URL.href` writes it. */
  readonly url: string;
  /** The id of the service whose token it gets. */
  readonly provider: string;
}

/** Why a part of the setting is left out. `entry` counts from 1. */
export type SettingProblem =
  | { readonly kind: 'noList' }
  | {
      readonly kind: 'noEntry' | 'badLabel' | 'sameLabel' | 'badUrl' | 'badProvider';
      readonly entry: number;
    };

/** Longer labels do not fit into VS Code's lists. */
const MAX_LABEL_CHARACTERS = 60;

const Entry = z.object({ label: z.unknown(), url: z.unknown(), provider: z.unknown() });

/** The servers of the setting, and what is wrong with its other entries. `providers`: the ids of all services. */
export function readServers(
  setting: unknown,
  providers: readonly string[],
): { readonly servers: readonly McpServer[]; readonly problems: readonly SettingProblem[] } {
  if (!Array.isArray(setting)) return { servers: [], problems: [{ kind: 'noList' }] };
  const servers: McpServer[] = [];
  const problems: SettingProblem[] = [];
  for (const [index, value] of setting.entries()) {
    const read = readEntry(value, providers, servers);
    if (typeof read === 'string') problems.push({ kind: read, entry: index + 1 });
    else servers.push(read);
  }
  return { servers, problems };
}

function readEntry(
  value: unknown,
  providers: readonly string[],
  others: readonly McpServer[],
): McpServer | Exclude<SettingProblem['kind'], 'noList'> {
  const entry = z.safeParse(Entry, value).data;
  if (entry === undefined) return 'noEntry';
  const label = readLabel(entry.label);
  if (label === undefined) return 'badLabel';
  if (others.some((other) => other.label === label)) return 'sameLabel';
  const url = readUrl(entry.url);
  if (url === undefined) return 'badUrl';
  const provider = providers.find((id) => id === entry.provider);
  return provider === undefined ? 'badProvider' : { label, url, provider };
}

function readLabel(value: unknown): string | undefined {
  const label = typeof value === 'string' ? safeText(value, MAX_LABEL_CHARACTERS) : '';
  return label === '' ? undefined : label;
}

/**
 * No fragment, because no server sees one. No percent sign, because VS Code writes such an address in another way
 * than the person, and would then ask another address than the one that the person has agreed to.
 */
function readUrl(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const href = isSafeAddress(text) ? new URL(text).href : '#';
  return /[#%]/.test(href) ? undefined : href;
}

const Choice = z.object({ url: z.string(), provider: z.string(), session: z.string() });
type Choice = z.infer<typeof Choice>;

const Choices = z.array(Choice);
const KEY = 'mcpChoices';

/**
 * Which session's token a server may get: the person's yes, kept in the extension's global state, for all windows. It
 * holds for one address, one service and one session. The id of a session is neither a secret nor a name. It lasts
 * until the person signs out, so a sign-out takes back every yes for its account.
 */
export class McpChoices {
  readonly #memento: vscode.Memento;
  readonly #onChange: () => void;

  /** `onChange` is called after each change in this window. */
  constructor(memento: vscode.Memento, onChange: () => void) {
    this.#memento = memento;
    this.#onChange = onChange;
  }

  /** The id of the session. Undefined while the person has not said yes. */
  sessionFor(server: McpServer): string | undefined {
    return this.#read().find(isFor(server))?.session;
  }

  /** Rejects with VS Code's error when the global state cannot be written. */
  async keep(server: McpServer, session: string): Promise<void> {
    const { url, provider } = server;
    await this.#write([...this.#without(isFor(server)), { url, provider, session }]);
  }

  /** Takes the yes for these servers back. Rejects with VS Code's error. */
  async forget(servers: readonly McpServer[]): Promise<void> {
    await this.#write(this.#without((choice) => servers.some((server) => isFor(server)(choice))));
  }

  #without(unwanted: (choice: Choice) => boolean): Choice[] {
    return this.#read().filter((choice) => !unwanted(choice));
  }

  #read(): Choice[] {
    return z.safeParse(Choices, this.#memento.get(KEY)).data ?? [];
  }

  async #write(choices: Choice[]): Promise<void> {
    await this.#memento.update(KEY, choices);
    this.#onChange();
  }
}

function isFor({ url, provider }: McpServer): (choice: Choice) => boolean {
  return (choice) => choice.url === url && choice.provider === provider;
}
