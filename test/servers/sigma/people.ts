export interface BapIdentity {
  /** The hash of the root address, as BAP defines it. Older identities have a random id. */
  bapId: string;
  pubkey: string;
  rootAddress: string;
  /** Absent for an identity without a published profile: no name, no picture, and `bap` is null. */
  profile?: { alternateName: string; description: string; image?: string };
  /** Replaces claims, for claims that a server should not send. */
  claims?: Record<string, unknown>;
  /** The metadata of the identity's organization: a JSON string, an object, or absent. */
  metadata?: unknown;
}

/** A user with any number of BAP identities. */
export interface Person {
  /** For the button "Continue as demo person". */
  label: string;
  email: string;
  identities: readonly BapIdentity[];
  /** The names of the user's organizations that are not BAP identities. */
  otherOrganizations?: readonly string[];
}

const avatar = (colour: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="${colour}"/></svg>`)}`;

/** Has one BAP identity. */
export const demoPerson: Person = {
  label: 'demo person',
  email: 'demo@example.com',
  identities: [
    {
      bapId: '3DgKFHRq8n2RDjF4dZEyncXVc1Rf',
      pubkey: '02eb4f9ffb94825304f0cdf9c1e9cb7ea14bc2291d6182e96d4429ab68a8e1224c',
      rootAddress: '15GrkEZ3ZaZqBhdDoXKbXtNoacg7zkFMr6',
      profile: { alternateName: 'satoshi', description: 'Writes code', image: avatar('#f7931a') },
    },
  ],
};

/** Has two BAP identities. The second has the same display name as the demo user's. */
export const secondPerson: Person = {
  label: 'second demo person',
  email: 'second@example.com',
  identities: [
    {
      // An older identity with a random ID instead of the hash of its root address.
      bapId: '438cgZmbzf7eu9svvW9cTXYmC64E',
      pubkey: '03fb52fcc848b9c59b9bf1bb09a9ff64f5b2c4e19a2b1a2b8ab12c91fa01920378',
      rootAddress: '14y8HhVaWt2geqQ32PAakn2MdfBeMhBHb2',
      profile: { alternateName: 'kestrel', description: 'Agent of satoshi', image: avatar('#3b82c4') },
    },
    {
      bapId: '37AsPwc7o1ijSYiPcGkuRxLZECgF',
      pubkey: '02a04a3b9a4f08c278edba436b29f649ba77be30e23eddb52ae25fdb3e0daef41f',
      rootAddress: '18EMdBFHx2hwDRZ9hNkycFjc15V5iCBfx',
      profile: { alternateName: 'satoshi', description: 'Another satoshi' },
    },
  ],
};

export const personWithoutIdentity: Person = {
  label: 'demo person without an identity',
  email: 'none@example.com',
  identities: [],
};

export const identityWithoutProfile: BapIdentity = {
  bapId: '28scuRSvPpBksAJGML3r95gtfqeR',
  pubkey: '028b8bdec1b2ff8f7bff79067dafc0c43ef63a0d5cdb357fc04c9e22533de91a9a',
  rootAddress: '178XYxk5rFU559eNCsxFeh9zqi8RXcBy9Q',
};

/** The display name. Without a published profile, it is the BAP ID. */
export function nameOf({ bapId, profile }: BapIdentity): string {
  return profile?.alternateName ?? bapId;
}

interface User {
  id: string;
  name: string;
  email: string;
}

/**
 * The userinfo claims, with only the user's own claims for a token without an identity. The email requires the scope
 * `email`.
 */
export function claimsOf(user: User, identity: BapIdentity | undefined, scope: string): object {
  return {
    sub: user.id,
    ...(scope.split(' ').includes('email') && { email: user.email }),
    ...(identity === undefined ? claimsOfUser(user) : claimsOfIdentity(identity)),
  };
}

function claimsOfUser({ name }: User): object {
  const [given_name, ...rest] = name.split(' ');
  return { name, given_name, ...(rest.length > 0 && { family_name: rest.join(' ') }) };
}

function claimsOfIdentity({ bapId, pubkey, rootAddress, profile, claims }: BapIdentity): object {
  const published = {
    idKey: bapId,
    rootAddress,
    currentAddress: rootAddress,
    addresses: [{ address: rootAddress, txId: '', block: 0 }],
    identity: { '@context': 'https://schema.org', '@type': 'Person', ...profile },
  };
  return {
    name: profile?.alternateName ?? null,
    picture: profile?.image ?? null,
    bap_id: bapId,
    pubkey,
    bap: profile === undefined ? null : JSON.stringify(published),
    ...claims,
  };
}
