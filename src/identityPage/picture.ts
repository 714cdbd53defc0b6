import { trustedPicture } from '../services/picture.ts';
import type { LiveSession } from '../sessions/sessionRecord.ts';

/** The address of the person's picture, or undefined when there is none that may be shown. */
export function pictureOf({ person, grant: { server } }: LiveSession): string | undefined {
  return [person.picture, person.bap?.profile?.image]
    .map((address) => trustedPicture(address, server))
    .find((address) => address !== undefined);
}
