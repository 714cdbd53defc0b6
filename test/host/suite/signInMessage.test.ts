import assert from 'node:assert/strict';

import { signInMessage } from '../../../src/ui/signIn/message.ts';

describe('the text of the sign-in notification', () => {
  it('shows a code and an address with brackets, and keeps its links', () => {
    const signIn = {
      userCode: '[ABCD',
      verificationUri: 'https://[::1]/device',
      browserUri: 'https://auth.example/device',
      deadlineMs: 60_000,
      wait: () => new Promise<never>(() => undefined),
    };
    const message = signInMessage(
      'Sigma Identity',
      { phase: 'pending', signIn, reached: true },
      0,
      (action, text) => `[${text}](command:${action})`,
    );
    assert.match(message, /^Your code is ［ABCD\. \[Copy code\]\(command:copyCode\)/);
    assert.match(message, /enter it at https:\/\/［::1］\/device\./);
  });
});
