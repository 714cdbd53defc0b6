import * as vscode from 'vscode';

import type { LogLine, LogTail } from '../base/log.ts';
import { type HostFacts, hostFacts, hostLines, personalVariables } from './editor.ts';
import { findings } from './findings.ts';
import { type ProxyFacts, proxyFacts, proxyLines } from './proxy.ts';
import { personalTexts, publicHosts, redact } from './redaction.ts';
import { type ServiceFacts, serviceFacts, serviceLines } from './services.ts';
import { type StorageFacts, storageFacts, storageLines, type StorageSources } from './storage.ts';

/** What the report is made from. */
export interface DiagnoseSources extends StorageSources {
  readonly context: Pick<vscode.ExtensionContext, 'extension'>;
  readonly log: LogTail;
}

/** The contents of the report. Nothing in them is secret or reveals who or where the user is. */
export interface Facts extends StorageFacts {
  /** In milliseconds of the wall clock. */
  readonly madeAtMs: number;
  readonly host: HostFacts;
  readonly proxy: ProxyFacts;
  readonly services: readonly ServiceFacts[];
  readonly log: readonly LogLine[];
}

/** Asks all sources at once, which takes ten seconds at most. Rejects only with `signal.reason`. */
export async function gatherFacts(sources: DiagnoseSources, signal: AbortSignal): Promise<Facts> {
  const { context, sessions, runtime, log } = sources;
  const [storage, services] = await Promise.all([
    storageFacts(sources, signal),
    Promise.all(sessions.byService.map((each) => serviceFacts(each, runtime.clock, signal))),
  ]);
  const known = [...personalTexts(sessions), ...personalVariables()];
  const hosts = publicHosts(sessions);
  return {
    ...storage,
    madeAtMs: runtime.clock.now(),
    host: hostFacts(context),
    proxy: proxyFacts(),
    services,
    log: log.lines().map((line) => ({ ...line, text: redact(line.text, known, hosts) })),
  };
}

/** The report in Markdown: the findings first, then everything that they are based on. */
export function report({ madeAtMs, host, proxy, services, log, ...storage }: Facts): string {
  const { language } = host;
  const found = findings(services, storage, host);
  return [
    `# ${vscode.l10n.t('BAP Identity sign-in report')}`,
    vscode.l10n.t({
      message: 'Created on {0}. It contains no secrets and nothing that identifies you, so you can share it.',
      args: [formatUtc(madeAtMs)],
      comment: '{0}: a date and a time',
    }),
    `## ${vscode.l10n.t('Findings')}`,
    found.length === 0
      ? vscode.l10n.t('No problems found. Sign-in should work.')
      : found.map((each) => `- ${each}`).join('\n'),
    ...services.flatMap((service) => [`## ${service.label}`, serviceLines(service, language).join('\n')]),
    `## ${vscode.l10n.t('Sessions on this machine')}`,
    storageLines(storage).join('\n'),
    `## ${vscode.l10n.t('Editor')}`,
    hostLines(host).join('\n'),
    `## ${vscode.l10n.t('Proxy and certificates')}`,
    proxyLines(proxy).join('\n'),
    `## ${vscode.l10n.t('Last log lines')}`,
    ['```text', ...log.map(logLine), '```'].join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** In UTC, which reveals no time zone. */
function formatUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function logLine({ atMs, level, text }: LogLine): string {
  return `${formatUtc(atMs).slice(11, 19)} [${level}] ${text}`;
}
