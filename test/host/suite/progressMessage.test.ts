import assert from 'node:assert/strict';

import type { PendingSignIn } from '../../../src/services/service.ts';
import { type Copied, progressMessage, type SignInState } from '../../../src/signIn/progressMessage.ts';
import { statusText } from '../../../src/signIn/statusBar.ts';

const SERVICE = 'Sigma Identity';
const wait = (): Promise<never> => new Promise(() => undefined);
const WITH_CODE: PendingSignIn = {
  userCode: 'ABCD-EFGH',
  verificationUri: 'https://auth.example/device',
  browserUri: 'https://auth.example/device?code=ABCD-EFGH',
  deadlineMs: 90_000,
  toResume: {},
  wait,
};
const WITHOUT_CODE: PendingSignIn = {
  browserUri: 'https://adom.example/sign-in?token=canary',
  deadlineMs: 90_000,
  toResume: {},
  wait,
};

const pending = (signIn: PendingSignIn): Extract<SignInState, { phase: 'pending' }> => ({
  phase: 'pending',
  signIn,
  isResumed: false,
  contact: { kind: 'service' },
});
const messageOf = (state: SignInState): string =>
  progressMessage(SERVICE, state, 0, (action, text) => `[${text}](command:${action})`).replaceAll(
    '\u00a0',
    ' ',
  );

describe('the text of the sign-in notification', () => {
  it('contains the code, every action, the warning and the time left', () => {
    assert.equal(
      messageOf(pending(WITH_CODE)),
      'Your code is ABCD-EFGH. [Open auth.example](command:openPage) · [Copy code](command:copyCode) · ' +
        '[Copy link](command:copyLink) · [Show QR code](command:showQr) · ' +
        'Continue only if you started this. Other device: auth.example/device · 2 min left',
    );
  });

  it('contains neither code nor URL when the URL is secret', () => {
    const message = messageOf(pending(WITHOUT_CODE));
    assert.match(
      message,
      /^Continue in your browser\. \[Open adom\.example\]\(command:openPage\) · \[Copy link\]/,
    );
    assert.match(message, /only if you started this\. 2 min left$/);
    assert.doesNotMatch(message, /canary|Copy code/);
  });

  const copies: [PendingSignIn, Copied['action'], Copied['outcome'], RegExp][] = [
    [WITH_CODE, 'copyCode', 'copied', / · Copied! \[Copy code\]/],
    [WITH_CODE, 'copyLink', 'copied', / · Copied! \[Copy link\]/],
    [
      WITH_CODE,
      'copyCode',
      'unconfirmed',
      /EFGH\. Copied, if your browser allows it\. You can also select the code here\. \[Open/,
    ],
    [WITH_CODE, 'copyLink', 'unconfirmed', /EFGH\. Copied, if your browser allows it\. \[Open/],
    [WITH_CODE, 'copyCode', 'refused', /EFGH\. Couldn’t copy\. You can also select the code here\. \[Open/],
    [WITH_CODE, 'copyLink', 'refused', /EFGH\. Couldn’t copy\. \[Open/],
    [
      WITHOUT_CODE,
      'copyCode',
      'noCode',
      /^This sign-in doesn’t need a code\. Continue in your browser\. \[Open adom/,
    ],
  ];
  for (const [signIn, action, outcome, expected] of copies)
    it(`says what came of ${action}: ${outcome}`, () => {
      const message = messageOf({ ...pending(signIn), copied: { action, outcome } });
      assert.match(message, expected);
      assert.equal(message.includes('Copied!'), outcome === 'copied');
    });

  it('shows a lookalike host in Punycode', () => {
    // The first letter is the Cyrillic а.
    const browserUri = 'https://\u0430uth.example/device';
    assert.match(messageOf(pending({ ...WITH_CODE, browserUri })), /\[Open xn--uth-5cd\.example\]/);
  });

  it('keeps its links intact when the code or URL contains brackets', () => {
    const message = messageOf(
      pending({ ...WITH_CODE, userCode: '[ABCD', verificationUri: 'https://[::1]/device' }),
    );
    assert.match(message, /^Your code is ［ABCD\. \[Open auth\.example\]\(command:openPage\)/);
    assert.match(message, /Other device: ［::1］\/device · /);
  });
});

describe('the status bar item of a sign-in', () => {
  it('shows the service and the time left, and the code only in its tooltip', () => {
    const { text, tooltip, spoken } = statusText(SERVICE, pending(WITH_CODE), 0);
    assert.equal(text, '$(sign-in) Sigma Identity: 2\u00a0min\u00a0left');
    assert.equal(spoken, 'Sign in with Sigma Identity: 2\u00a0min\u00a0left');
    assert.match(tooltip, /\nYour code is ABCD-EFGH\.\n/);
  });

  it('says that it has timed out', () => {
    assert.equal(
      statusText(SERVICE, { phase: 'expired', hasCode: true }, 0).text,
      '$(sign-in) Sigma Identity: timed out',
    );
  });

  it('renders no icon from a code and shows no secret URL', () => {
    const { text, tooltip } = statusText(SERVICE, pending({ ...WITHOUT_CODE, userCode: '$(x)' }), 0);
    assert.doesNotMatch(`${text}${tooltip}`, /canary|\$\(x\)/);
  });
});

describe('the text of the notification while something else answers', () => {
  const contact = { kind: 'somethingElse', origin: 'https://auth.example', status: 403 } as const;
  const expected =
    'Something other than Sigma Identity is responding at auth.example (403). Your sign-in is safe. Trying again… ' +
    '[Open auth.example](command:openHost) · [Diagnose](command:diagnose)';

  it('says what answers where, that the sign-in is safe, and keeps the code', () => {
    const message = messageOf({ phase: 'pending', isResumed: false, signIn: WITH_CODE, contact });
    assert.equal(message, `Your code is ABCD-EFGH. ${expected}`);
  });

  it('says so after the approval, too', () => {
    assert.equal(messageOf({ phase: 'finishing', contact }), expected);
  });

  it('has no status for a redirect', () => {
    const message = messageOf({
      phase: 'finishing',
      contact: { kind: 'somethingElse', origin: contact.origin },
    });
    assert.match(message, /is responding at auth\.example\. Your sign-in is safe\./);
  });
});
