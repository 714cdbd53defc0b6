import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { holds } from '../support/fuzz.ts';
import { SessionModel } from '../support/sessionModel.ts';
import { step } from '../support/sessionSteps.ts';

describe('sessions in several windows, whatever happens in whatever order', () => {
  it('agree, bring nothing back that was signed out, lose nothing, and send no refresh token twice', (context) =>
    holds(context, fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const model = new SessionModel();
      await model.begin();
      for (const each of steps) await model.take(each);
      await model.rest();
    }));
});
