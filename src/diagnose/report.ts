import * as vscode from 'vscode';

import type { LogLine } from '../base/log.ts';
import { hostLines, proxyLines, storageLines } from './editorLines.ts';
import type { Facts } from './facts.ts';
import { findings } from './findings.ts';
import { serviceLines } from './serviceLines.ts';

/** The report in Markdown: what was found first, then all that it was found from. */
export function report(facts: Facts): string {
  const { madeAtMs, host, proxy, changedSettings, services, log } = facts;
  const found = findings(facts);
  return [
    `# ${vscode.l10n.t('BAP Identity sign-in report')}`,
    vscode.l10n.t(
      'Created on {0}. It contains no secrets and nothing that identifies you, so you can share it.',
      moment(madeAtMs),
    ),
    `## ${vscode.l10n.t('Findings')}`,
    found.length === 0
      ? vscode.l10n.t('No problems found. Sign-in should work.')
      : found.map((each) => `- ${each}`).join('\n'),
    ...services.flatMap((service) => [
      `## ${service.label}`,
      serviceLines(service, host.language).join('\n'),
    ]),
    `## ${vscode.l10n.t('Sessions on this machine')}`,
    storageLines(facts).join('\n'),
    `## ${vscode.l10n.t('Editor')}`,
    hostLines(host, changedSettings).join('\n'),
    `## ${vscode.l10n.t('Proxy and certificates')}`,
    proxyLines(proxy).join('\n'),
    `## ${vscode.l10n.t('Last log lines')}`,
    ['```text', ...log.map(logLine), '```'].join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** In universal time, which tells no place. */
function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function logLine({ atMs, level, text }: LogLine): string {
  return `${moment(atMs).slice(11, 19)} [${level}] ${text}`;
}
