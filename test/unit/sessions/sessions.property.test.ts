import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { holds } from '../support/fuzz.ts';
import { SessionModel } from '../support/sessionModel.ts';
import { step } from '../support/sessionSteps.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

describe('sessions in several windows, whatever happens in whatever order', () => {
  for (const kind of ['desktop', 'browser', 'web'] as const)
    it(`agree, revive and lose nothing, and send no refresh token twice: ${kind}`, (context) =>
      holds(context, fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const world = new SessionWorld({ kind });
        const model = new SessionModel(world);
        await model.begin();
        for (const each of steps) await model.take(each);
        await model.rest();
        world.end();
      }));
});
