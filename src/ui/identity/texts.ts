import * as vscode from 'vscode';

/** The texts of the identity card, in the person's language. */
export function identityTexts() {
  return {
    identity: vscode.l10n.t('Identity'),
    bapId: vscode.l10n.t('BAP ID'),
    publicKey: vscode.l10n.t('Public key'),
    rootAddress: vscode.l10n.t('Root address'),
    rootAddressProven: vscode.l10n.t(
      'BAP Identity has checked that the BAP ID was computed from this address. This does not prove who holds the key of the address, or that the profile is true.',
    ),
    currentAddress: vscode.l10n.t('Current address'),
    otherAddress: vscode.l10n.t('Other address'),
    userId: vscode.l10n.t('User ID'),
    profile: vscode.l10n.t('Profile'),
    alternateName: vscode.l10n.t('Also known as'),
    givenName: vscode.l10n.t('Given name'),
    familyName: vscode.l10n.t('Family name'),
    description: vscode.l10n.t('Description'),
    email: vscode.l10n.t('Email'),
    session: vscode.l10n.t('Session'),
    sessionNumber: (number: number) => vscode.l10n.t('Session {0}', number),
    scopes: vscode.l10n.t('Scopes'),
    noScopes: vscode.l10n.t('None'),
    since: vscode.l10n.t('Signed in since'),
    until: vscode.l10n.t('Ends'),
    noKnownEnd: vscode.l10n.t('No known end'),
    signIn: vscode.l10n.t('Sign In'),
    signInAgain: vscode.l10n.t('Sign In Again'),
    signOut: vscode.l10n.t('Sign Out…'),
    manageExtensions: vscode.l10n.t('Manage Trusted Extensions'),
    copy: vscode.l10n.t('Copy'),
    copied: vscode.l10n.t('Copied'),
    copyRow: (label: string, value: string) => vscode.l10n.t('Copy {0}: {1}', label, value),
  };
}

export type IdentityTexts = ReturnType<typeof identityTexts>;
