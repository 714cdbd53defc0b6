import { SessionWorld, type Window } from './sessionWorld.ts';

const HOUR_MS = 3_600_000;
/** A window checks its sessions every 30 seconds. */
export const CHECK_EVERY_MS = 30_000;

export interface WatchedWindows {
  readonly world: SessionWorld;
  readonly one: Window;
  readonly two: Window;
  /** Lets time run, then returns the notices that the user got since the last call. */
  readonly toldAfter: (ms: number) => Promise<string[]>;
}

/** Two windows. The user looks at window one. */
export async function watched(before: (world: SessionWorld) => void): Promise<WatchedWindows> {
  const world = new SessionWorld();
  before(world);
  const [one, two] = [await world.ready(), await world.ready()];
  one.focused = true;
  const toldAfter = async (ms: number): Promise<string[]> => {
    await world.clock.advance(ms);
    const told = world.notices();
    for (const { notices } of world.windows) notices.length = 0;
    return told;
  };
  return { world, one, two, toldAfter };
}

/** Sessions of one account, each for a scope of its own, that last an hour. */
export const anHourOf =
  (...ids: string[]) =>
  (world: SessionWorld): void => {
    for (const id of ids) world.have(id, world.service.grant({ lifeMs: HOUR_MS }), { scopes: [id] });
  };
