import { type Html, html } from '../base/html.ts';
import type { Lists, StatementList } from './clawNet.ts';
import type { ListName, Statement } from './clawNetApi.ts';
import type { ClawNetAction } from './page.ts';
import type { ClawNetTexts } from './texts.ts';

/** The inside of the section. `server` is the host that is asked, as the user reads it. */
export function clawNetHtml(lists: Lists, server: string, texts: ClawNetTexts, language: string): Html {
  const all = Object.values(lists);
  const heading = html`<h2 id="clawnet-title" tabindex="-1">${texts.title}</h2>`;
  if (all.every(({ state }) => state === 'notAsked'))
    return html`${heading}<p>${texts.before(server)}</p>${button('askClawNet', texts.ask, 'clawnet-title')}`;
  const isEmpty = all.every(({ statements }) => statements.length === 0);
  if (isEmpty && all.some(({ state }) => state === 'asking')) return html`${heading}<p>${texts.asking}</p>`;
  if (isEmpty && all.every(({ state }) => state === 'failed')) return html`${heading}${failure(texts)}`;

  const date = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', day: 'numeric' });
  const list = (id: string, title: string, statements: readonly Statement[]): Html => {
    const items = statements.map((statement) => itemHtml(statement, texts, date));
    return html`<h3 id="${id}" tabindex="-1">${title}</h3>${items.length > 0 && html`<ul aria-labelledby="${id}">${items}</ul>`}`;
  };
  const valid = lists.vouches.statements.filter(({ isRevoked }) => !isRevoked);
  const revoked = lists.vouches.statements.filter(({ isRevoked }) => isRevoked);
  return html`${[
    heading,
    html`<p>${texts.noProof(server)}</p>`,
    list('clawnet-trust', texts.trust, lists.trust.statements),
    below('trust', lists.trust, texts),
    list('clawnet-vouches', texts.vouches, valid),
    below('vouches', lists.vouches, texts),
    revoked.length > 0 && list('clawnet-revoked', texts.revoked, revoked),
  ]}`;
}

/** What a screen reader announces after a change. Empty when there is nothing to announce. */
export function clawNetStatus(lists: Lists, texts: ClawNetTexts): string {
  const states = Object.values(lists).map(({ state }) => state);
  if (states.includes('asking')) return texts.asking;
  if (states.includes('failed')) return texts.failed;
  return states.includes('answered') ? texts.answered : '';
}

/** Follows the statements of a list: a request is pending, there are none, a page failed, or a button for more. */
function below(
  list: ListName,
  { state, statements, cursor }: StatementList,
  texts: ClawNetTexts,
): Html | undefined {
  if (state === 'failed') return failure(texts);
  if (state === 'asking' && statements.length === 0) return html`<p>${texts.asking}</p>`;
  const hasNone = statements.every(({ isRevoked }) => isRevoked) && cursor === undefined;
  if (state === 'answered' && hasNone) return html`<p>${texts.none}</p>`;
  const action = list === 'trust' ? 'moreTrust' : 'moreVouches';
  return cursor === undefined ? undefined : button(action, texts.more, `clawnet-${list}`);
}

function failure(texts: ClawNetTexts): Html {
  return html`<p class="failure">${texts.failed} ${button('askClawNet', texts.tryAgain, 'clawnet-title')}</p>`;
}

function button(action: ClawNetAction, label: string, describedBy: string): Html {
  return html`<button type="button" class="button" data-run="${action}" aria-describedby="${describedBy}">${label}</button>`;
}

function itemHtml(
  { by, name, verdict, reason, isOnChain, saidAtMs }: Statement,
  texts: ClawNetTexts,
  date: Intl.DateTimeFormat,
): Html {
  const facts = [
    ...(verdict === undefined ? [] : [texts[verdict]]),
    isOnChain ? texts.onChain : texts.notOnChain,
    ...(saidAtMs === undefined ? [] : [date.format(saidAtMs)]),
  ];
  return html`<li class="statement">${[
    html`<span class="${name === undefined ? 'who id' : 'who'}">${isolated(name ?? by)}</span>`,
    html`<span class="facts">${facts.join(' · ')}</span>`,
    reason !== undefined && html`<span class="reason">${isolated(reason)}</span>`,
    name !== undefined && html`<span class="by">${by}</span>`,
  ]}</li>`;
}

/** Keeps a text that may be written from right to left from reordering its neighbors. */
function isolated(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}
