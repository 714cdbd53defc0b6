import type { IdentityTexts } from '../../../src/ui/identity/texts.ts';

/** The words of the card without a VS Code to translate them. */
export const texts: IdentityTexts = {
  identity: 'Identity',
  bapId: 'BAP ID',
  publicKey: 'Public key',
  rootAddress: 'Root address',
  rootAddressProven: 'The BAP ID was computed from this address.',
  currentAddress: 'Current address',
  otherAddress: 'Other address',
  userId: 'User ID',
  profile: 'Profile',
  alternateName: 'Also known as',
  givenName: 'Given name',
  familyName: 'Family name',
  description: 'Description',
  email: 'Email',
  session: 'Session',
  sessionNumber: (number) => `Session ${number}`,
  scopes: 'Scopes',
  noScopes: 'None',
  since: 'Signed in since',
  until: 'Ends',
  noKnownEnd: 'No known end',
  copy: 'Copy',
  copied: 'Copied',
  copyRow: (label, value) => `Copy ${label}: ${value}`,
};
