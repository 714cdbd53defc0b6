import type { AuthenticationSession, Event } from 'vscode';

/**
 * The API that `activate` of the extension `bap-identity.bap-authentication` returns. Version 1 is stable; members may
 * be added to it.
 */
export interface BapIdentityApi {
  readonly apiVersion: 1;
  /**
   * Returns who the holder of this session is. The session comes from `vscode.authentication.getSession`, so the user
   * has consented. A session of `bap-identity` is enough. Uses no network. Rejects with an IdentityError for a
   * session that this extension did not issue, that was signed out, whose token was replaced, or whose server is no
   * longer configured: get the session again.
   */
  getIdentity(session: AuthenticationSession): Promise<Identity>;
  /**
   * Asks the service whether the session's token still works. For a session of `bap-identity`, that is the token of the
   * session behind it. Returns false if the service rejects it, or if this extension no longer has the session: get a
   * session again. Also returns true while the service cannot be reached. Never rejects.
   */
  verifySession(session: AuthenticationSession): Promise<boolean>;
  /** Fires once per change of an account's sessions, in every window. */
  readonly onDidChangeIdentity: Event<IdentityChange>;
}

/** The ID of an authentication provider. Later versions may add services. */
export type Provider = 'sigma-identity' | 'adom' | 'bap-identity' | (string & {});

/**
 * A user, as the service knew them at sign-in. Frozen. Its texts are plain and safe to show, except `subject`, which is
 * exactly what the service sent.
 */
export interface Identity {
  /** The provider of the service that knows the user, also for a session of `bap-identity`. */
  readonly provider: Provider;
  /**
   * The URL of the server that granted the session, without a trailing slash. Users can configure a server other than
   * the service's default, so trust an identity only from a server that you expect.
   */
  readonly server: string;
  /** The service's user ID. One subject can hold several BAP identities. */
  readonly subject: string;
  readonly name: string;
  /** Requires the scope `email`. Absent for a session of `bap-identity`. */
  readonly email?: string;
  /** A URL, which may be relative to the server. */
  readonly picture?: string;
  /** Absent for users without a BAP identity, and for every Adom account. */
  readonly bap?: BapIdentity;
}

/** An identity of the Bitcoin Attestation Protocol. */
export interface BapIdentity {
  /** Stable for the lifetime of the identity. */
  readonly bapId: string;
  /** 66 hexadecimal digits. It can be rotated: do not derive the BAP ID from it. */
  readonly pubkey?: string;
  /**
   * True when this extension has computed `bapId` from `profile.rootAddress` as base58(ripemd160(sha256(text))), so
   * the two belong together. This does not prove who holds the key of that address, that `pubkey` is that key, or
   * that the profile is true. False proves nothing: older identities have random IDs, and the root address may be
   * missing.
   */
  readonly rootAddressProven: boolean;
  readonly profile?: BapProfile;
}

/** What the holder has published about themselves. Nothing in it is verified. */
export interface BapProfile {
  readonly alternateName?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly description?: string;
  readonly image?: string;
  readonly rootAddress?: string;
  readonly currentAddress?: string;
  readonly addresses?: readonly BapAddress[];
  /** Other members of the profile, as published: validate them before use. */
  readonly other?: Readonly<Record<string, unknown>>;
}

/** An address of the identity on the chain, and since when. */
export interface BapAddress {
  readonly address: string;
  readonly txId?: string;
  readonly block?: number;
}

export interface IdentityChange {
  /**
   * An account is `added` with its first session and `removed` with its last. Changing the server setting removes the
   * accounts of the old server and adds those of the new one.
   */
  readonly kind: 'added' | 'changed' | 'removed';
  readonly provider: Provider;
  /** The same as `session.account`. */
  readonly account: { readonly id: string; readonly label: string };
}

/** What `getIdentity` rejects with. Check its `name` and `code`. */
export interface IdentityError extends Error {
  readonly name: 'IdentityError';
  /** `unavailable`: the sessions cannot be read right now, for example while the keyring is locked. Retry later. */
  readonly code: 'unknownSession' | 'unavailable';
}
