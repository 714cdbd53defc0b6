import * as vscode from 'vscode';

import { describeError } from '../../base/log.ts';
import type { Runtime } from '../../base/runtime.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { settings } from '../../settings.ts';
import { fill, keepSecretsUnstored } from './collection.ts';
import type { TokenConsent } from './consent.ts';
import { type TerminalMode, type TerminalService, terminalVariables, tokenVariables } from './variables.ts';

/** No timer is longer, because timers stop while a laptop sleeps, but the expiry of a token does not wait. */
const MAX_WAIT_MS = 60_000;
/** The end of a sign-in hides the list of notifications, and with it a message that appeared just before. */
const OFFER_DELAY_MS = 2_000;

export interface TerminalParts {
  readonly services: readonly TerminalService[];
  readonly sessions: Pick<Sessions, 'load' | 'usable' | 'onDidChange'>;
  readonly mode: () => TerminalMode;
  readonly consent: Pick<TokenConsent, 'answer' | 'followSetting' | 'ask'>;
  /** See `TokenRules`. Never rejects. */
  readonly adomHasToken: () => Promise<boolean>;
  readonly isFocused: () => boolean;
}

/**
 * Gives new terminals the identity of the user, as the setting allows, until they sign out. VS Code itself marks
 * open terminals whose variables are stale, so nothing changes while the sessions are being loaded: a terminal that VS
 * Code has restored would look stale.
 */
export function registerTerminalEnvironment(
  collection: vscode.GlobalEnvironmentVariableCollection,
  { services, sessions, mode, consent, adomHasToken, isFocused }: TerminalParts,
  { clock, log }: Pick<Runtime, 'clock' | 'log'>,
): vscode.Disposable {
  const secretNames = tokenVariables(services);
  keepSecretsUnstored(collection, secretNames);
  let wait = new AbortController();
  let adomCliHasToken = false;
  let isReady = false;

  /** `isExpected`: see `TokenConsent.ask`. */
  const update = (isExpected = false): void => {
    if (!isReady) return;
    wait.abort();
    const { values, tokensOf, untilMs, unanswered } = terminalVariables(mode(), sessions.usable(), {
      services,
      answer: (id) => consent.answer(id),
      adomHasToken: adomCliHasToken,
    });
    try {
      fill(collection, values, describe(values, tokensOf), secretNames);
    } catch (error) {
      log.warn(`The variables of new terminals could not be changed: ${describeError(error)}.`);
    }
    wait = new AbortController();
    const later = (ms: number, run: () => void): void => {
      clock.sleep(ms, wait.signal).then(run, () => undefined);
    };
    const ask = (): void => {
      void consent.ask(unanswered, isExpected).then((mayAskMore) => {
        if (mayAskMore) update(true);
      });
    };
    // Only the focused window asks. The others see the answer when they get the focus.
    if (unanswered.length > 0 && isFocused()) {
      if (isExpected) ask();
      else later(OFFER_DELAY_MS, ask);
    }
    if (untilMs < Infinity)
      later(Math.min(untilMs - clock.now(), MAX_WAIT_MS), () => {
        update();
      });
  };
  const begin = async (): Promise<void> => {
    const hasChanged = await consent.followSetting();
    if (mode() !== 'off') {
      adomCliHasToken = await adomHasToken();
      try {
        await sessions.load();
      } catch (error) {
        log.warn(`No identity for new terminals: ${describeError(error)}.`);
      }
    }
    isReady = true;
    update(hasChanged);
  };

  void begin();
  return vscode.Disposable.from(
    sessions.onDidChange(() => {
      update();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(settings.terminalEnvironment.key)) void begin();
    }),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) update();
    }),
    new vscode.Disposable(() => {
      wait.abort();
      collection.clear();
    }),
  );
}

/** VS Code shows this where it lists what extensions add to a terminal. */
function describe(values: Readonly<Record<string, string>>, tokensOf: readonly string[]): string | undefined {
  if (tokensOf.length > 0)
    return vscode.l10n.t(
      'Your identity, and access to {0}: every program in this terminal can act on your behalf there.',
      tokensOf.join(', '),
    );
  return 'BAP_ID' in values ? vscode.l10n.t('Your identity: your BAP ID and public key.') : undefined;
}
