import * as vscode from 'vscode';

/** The texts of the page, in the user's language. */
export function identityTexts() {
  return {
    identity: vscode.l10n.t('Identity'),
    bapId: vscode.l10n.t('BAP ID'),
    publicKey: vscode.l10n.t('Public key'),
    rootAddress: vscode.l10n.t('Root address'),
    rootAddressProven: vscode.l10n.t(
      'BAP Identity has verified that the BAP ID was computed from this address. This doesn’t prove who holds the private key of the address, or that the profile is true.',
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
    sessionNumber: (number: number) =>
      vscode.l10n.t({ message: 'Session {0}', args: [number], comment: '{0}: 1, 2, 3 and so on' }),
    scopes: vscode.l10n.t('Scopes'),
    notGranted: (scopes: string) =>
      vscode.l10n.t({
        message: 'Requested but not granted: {0}',
        args: [scopes],
        comment: '{0}: one or more scopes',
      }),
    noScopes: vscode.l10n.t('None'),
    since: vscode.l10n.t('Signed in'),
    until: vscode.l10n.t('Expires'),
    noKnownEnd: vscode.l10n.t('Not known'),
    signIn: vscode.l10n.t('Sign In'),
    signInAgain: vscode.l10n.t('Sign In Again'),
    signOut: vscode.l10n.t('Sign Out…'),
    mcpServers: vscode.l10n.t('MCP Servers…'),
    manageExtensions: vscode.l10n.t('Manage Trusted Extensions'),
    copy: vscode.l10n.t('Copy'),
    copied: vscode.l10n.t('Copied'),
    clawNet: clawNetTexts(),
  };
}

function clawNetTexts() {
  return {
    title: vscode.l10n.t('ClawNet'),
    before: (server: string) =>
      vscode.l10n.t({
        message:
          'See who trusts this BAP ID and who vouches for it. Nothing is sent until you ask: {0} then learns the BAP ID, but gets no token.',
        args: [server],
        comment: '{0}: a host name',
      }),
    ask: vscode.l10n.t('Ask ClawNet'),
    asking: vscode.l10n.t('Asking ClawNet…'),
    answered: vscode.l10n.t('ClawNet has answered.'),
    noProof: (server: string) =>
      vscode.l10n.t({
        message:
          'This is what others say, as reported by {0}. It is not proof, and BAP Identity has not verified it.',
        args: [server],
        comment: '{0}: a host name',
      }),
    trust: vscode.l10n.t('Trusted by'),
    vouches: vscode.l10n.t('Vouches'),
    revoked: vscode.l10n.t('Revoked vouches'),
    none: vscode.l10n.t('None yet'),
    safe: vscode.l10n.t('Says it is safe'),
    unsafe: vscode.l10n.t('Says it is unsafe'),
    onChain: vscode.l10n.t('On-chain'),
    notOnChain: vscode.l10n.t('Not on-chain'),
    more: vscode.l10n.t('Show More'),
    failed: vscode.l10n.t(
      'ClawNet didn’t return a usable response. Check your connection and the setting bapIdentity.clawnet.apiUrl.',
    ),
    tryAgain: vscode.l10n.t('Try Again'),
  };
}

export type ClawNetTexts = ReturnType<typeof clawNetTexts>;
export type IdentityTexts = ReturnType<typeof identityTexts>;
