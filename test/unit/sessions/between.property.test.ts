import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { disturbances } from '../support/disturbances.ts';
import { holds } from '../support/fuzz.ts';
import { SessionModel, type Step } from '../support/sessionModel.ts';
import { step } from '../support/sessionSteps.ts';
import { type SessionWorld, worldOf } from '../support/sessionWorld.ts';
import { WireService } from '../support/wireService.ts';

/** Something in between gives the next answers. */
interface Between {
  readonly does: 'between';
  readonly answers: readonly number[];
}

const between: fc.Arbitrary<Between> = fc.record({
  does: fc.constant('between' as const),
  answers: fc.array(fc.nat(disturbances.length - 1), { minLength: 1, maxLength: 4 }),
});
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: step }, { weight: 1, arbitrary: between }), {
  maxLength: 40,
  size: 'max',
});

/** Records which tokens each session has had, to compare them with what the service has said. */
class Witness {
  readonly #world: SessionWorld;
  readonly #service: WireService;
  readonly #tokens = new Map<string, Set<string>>();
  /** Answers that a window may have received and lost when it ended. */
  readonly #lost = new Set<string>();

  constructor(world: SessionWorld, service: WireService) {
    this.#world = world;
    this.#service = service;
  }

  record(after: Step | Between): void {
    for (const record of this.#world.windows.flatMap(({ store }) => store.sessions())) {
      const grant = record.state === 'live' ? record.grant : record.expired?.grant;
      if (grant === undefined) continue;
      this.#tokens.set(record.id, (this.#tokens.get(record.id) ?? new Set()).add(grant.accessToken));
    }
    if (after.does === 'close' || after.does === 'kill')
      for (const token of this.#service.denied) this.#lost.add(token);
  }

  check(): void {
    const { denied } = this.#service;
    for (const { sessions } of this.#world.windows) {
      for (const { id, reason } of sessions.records.ended())
        if (reason === 'rejected')
          assert.ok(
            [...(this.#tokens.get(id) ?? [])].some((token) => denied.has(token)),
            'no session ends without an answer of the service',
          );
      for (const { grant } of sessions.usable())
        if (!this.#lost.has(grant.accessToken))
          assert.ok(!denied.has(grant.accessToken), 'no session that got one is handed out');
    }
  }
}

describe('sessions while something in between answers for the service', () => {
  for (const kind of ['sigma', 'adom'] as const)
    it(`end only when the service itself says so, and are not handed out after that (${kind})`, (context) =>
      holds(context, steps, async (all) => {
        const [world, service] = worldOf((clock) => new WireService(clock, kind));
        const model = new SessionModel(world);
        const witness = new Witness(world, service);
        await model.begin();
        for (const each of all) {
          if (each.does !== 'between') await model.take(each);
          else service.between.push(...each.answers.flatMap((index) => disturbances[index] ?? []));
          witness.record(each);
        }
        service.between.length = 0;
        await model.rest();
        witness.check();
        world.end();
      }));
});
