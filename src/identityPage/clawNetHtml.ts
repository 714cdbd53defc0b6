import { escapeHtml } from '../base/html.ts';
import type { ListName, Statement } from './clawNetApi.ts';
import type { Lists, StatementList } from './clawNetSection.ts';
import type { ClawNetAction } from './page.ts';
import type { ClawNetTexts } from './texts.ts';

/** The inside of the section. `server` is how a person reads the address that is asked. */
export function clawNetHtml(lists: Lists, server: string, texts: ClawNetTexts, language: string): string {
  const all = Object.values(lists);
  const heading = `<h2 id="clawnet-title" tabindex="-1">${escapeHtml(texts.title)}</h2>`;
  if (all.every(({ state }) => state === 'notAsked'))
    return `${heading}<p>${escapeHtml(texts.before(server))}</p>${button('askClawNet', texts.ask, 'clawnet-title')}`;
  const hasNothing = all.every(({ statements }) => statements.length === 0);
  if (hasNothing && all.some(({ state }) => state === 'asking'))
    return `${heading}<p>${escapeHtml(texts.asking)}</p>`;
  if (hasNothing && all.every(({ state }) => state === 'failed')) return `${heading}${failure(texts)}`;

  const vouches = lists.vouches.statements;
  const date = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: 'numeric' });
  const list = (statements: readonly Statement[], id: string, title: string): string =>
    `<h3 id="${id}" tabindex="-1">${escapeHtml(title)}</h3>` +
    (statements.length === 0
      ? ''
      : `<ul aria-labelledby="${id}">${statements.map((each) => item(each, texts, date)).join('')}</ul>`);
  return (
    heading +
    `<p>${escapeHtml(texts.noProof(server))}</p>` +
    list(lists.trust.statements, 'clawnet-trust', texts.trust) +
    below('trust', lists.trust, texts) +
    list(
      vouches.filter(({ isRevoked }) => !isRevoked),
      'clawnet-vouches',
      texts.vouches,
    ) +
    below('vouches', lists.vouches, texts) +
    (vouches.some(({ isRevoked }) => isRevoked)
      ? list(
          vouches.filter(({ isRevoked }) => isRevoked),
          'clawnet-revoked',
          texts.revoked,
        )
      : '')
  );
}

/** What a screen reader says of a change: the same as is seen. Empty when there is nothing to say. */
export function clawNetStatus(lists: Lists, texts: ClawNetTexts): string {
  const states = Object.values(lists).map(({ state }) => state);
  if (states.includes('asking')) return texts.asking;
  if (states.includes('failed')) return texts.failed;
  return states.includes('answered') ? texts.answered : '';
}

/**
 * What comes after the statements of a list: that an answer is awaited, that there are none, that a page failed, or the
 * way to the next page.
 */
function below(list: ListName, { state, statements, cursor }: StatementList, texts: ClawNetTexts): string {
  if (state === 'failed') return failure(texts);
  if (state === 'asking' && statements.length === 0) return `<p>${escapeHtml(texts.asking)}</p>`;
  const none = statements.every(({ isRevoked }) => isRevoked) && cursor === undefined;
  if (state === 'answered' && none) return `<p>${escapeHtml(texts.none)}</p>`;
  const action = list === 'trust' ? 'moreTrust' : 'moreVouches';
  return cursor === undefined ? '' : button(action, texts.more, `clawnet-${list}`);
}

function failure(texts: ClawNetTexts): string {
  return `<p class="failure">${escapeHtml(texts.failed)} ${button('askClawNet', texts.tryAgain, 'clawnet-title')}</p>`;
}

function button(action: ClawNetAction, label: string, describedBy: string): string {
  return `<button type="button" class="button" data-run="${action}" aria-describedby="${describedBy}">${escapeHtml(label)}</button>`;
}

function item(
  { by, name, verdict, reason, isOnChain, saidAtMs }: Statement,
  texts: ClawNetTexts,
  date: Intl.DateTimeFormat,
): string {
  const facts = [
    ...(verdict === undefined ? [] : [texts[verdict]]),
    isOnChain ? texts.onChain : texts.notOnChain,
    ...(saidAtMs === undefined ? [] : [date.format(saidAtMs)]),
  ];
  return (
    `<li class="statement">` +
    `<span class="${name === undefined ? 'who id' : 'who'}">${foreign(name ?? by)}</span>` +
    `<span class="facts">${escapeHtml(facts.join(' · '))}</span>` +
    (reason === undefined ? '' : `<span class="reason">${foreign(reason)}</span>`) +
    (name === undefined ? '' : `<span class="by">${escapeHtml(by)}</span>`) +
    `</li>`
  );
}

/** A text that may be written from right to left. It does not reorder what stands beside it. */
function foreign(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}
