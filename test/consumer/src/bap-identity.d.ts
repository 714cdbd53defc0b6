import type { AuthenticationSession, Event } from 'vscode';
/**
 * What `activate` of the extension `bap-identity.bap-authentication` returns. Version 1 stays as it is; members may
 * be added to it.
 */
export interface BapIdentityApi {
    readonly apiVersion: 1;
    /**
     * Who the holder of this session is. The session comes from `vscode.authentication.getSession`, so the person
     * has consented. Uses no network. Rejects with an IdentityError for a session that this extension did not issue,
     * that was signed out, whose token was replaced, or whose server is no longer set: ask VS Code for the session again.
     */
    getIdentity(session: AuthenticationSession): Promise<Identity>;
    /**
     * Asks the service whether the session's token still works. False: it does not, and VS Code no longer hands it
     * out. Get a session again. True also while the service cannot be reached. Never rejects.
     */
    verifySession(session: AuthenticationSession): Promise<boolean>;
    /** Hears of each change of an account's sessions once, in every window. */
    readonly onDidChangeIdentity: Event<IdentityChange>;
}
/** The id of an authentication provider. A later version may bring more services. */
export type Provider = 'sigma-identity' | 'adom' | (string & {});
/**
 * A person, as the service knew them when they signed in. Frozen. The texts are plain and safe to show. `subject` is
 * what the service has sent, unchanged.
 */
export interface Identity {
    readonly provider: Provider;
    /**
     * The address of the server that granted the session, without a slash at its end. The person can set another
     * server than the service's own, so trust an identity only from a server that you expect.
     */
    readonly server: string;
    /** The service's id of the user. One subject can hold several BAP identities. */
    readonly subject: string;
    readonly name: string;
    /** With the scope `email`. */
    readonly email?: string;
    /** An address; it may be relative to the service's. */
    readonly picture?: string;
    /** Absent for a person without one, and for every account of Adom's. */
    readonly bap?: BapIdentity;
}
/** An identity of the Bitcoin Attestation Protocol. */
export interface BapIdentity {
    /** Stable for the identity's life. */
    readonly bapId: string;
    /** 66 hexadecimal digits. It can be rotated: do not derive the BAP id from it. */
    readonly pubkey?: string;
    /**
     * True: this extension has computed the BAP id from `profile.rootAddress`, as base58(ripemd160(sha256(text))), and
     * it is `bapId`. So the two belong together. It does not prove who holds the key of that address, that `pubkey` is
     * that key, or that the profile is true. False proves nothing: older identities have random ids, and the root
     * address may be missing.
     */
    readonly rootAddressProven: boolean;
    readonly profile?: BapProfile;
}
/** What the holder has published of themselves. Nothing in it is verified. */
export interface BapProfile {
    readonly alternateName?: string;
    readonly givenName?: string;
    readonly familyName?: string;
    readonly description?: string;
    readonly image?: string;
    readonly rootAddress?: string;
    readonly currentAddress?: string;
    readonly addresses?: readonly BapAddress[];
    /** What else is in the profile, as it was published: check it before use. */
    readonly other?: Readonly<Record<string, unknown>>;
}
/** Where the identity stood on the chain, and since when. */
export interface BapAddress {
    readonly address: string;
    readonly txId?: string;
    readonly block?: number;
}
export interface IdentityChange {
    /**
     * An account is `added` with its first session, and `removed` with its last one. A change of the setting that names
     * the server removes the accounts of the old server, and adds those of the new one.
     */
    readonly kind: 'added' | 'changed' | 'removed';
    readonly provider: Provider;
    /** As `session.account` has it. */
    readonly account: {
        readonly id: string;
        readonly label: string;
    };
}
/** What `getIdentity` rejects with. Tell it by its `name` and `code`. */
export interface IdentityError extends Error {
    readonly name: 'IdentityError';
    /** `unavailable`: the sessions cannot be read now, as when the keyring is locked. Try again later. */
    readonly code: 'unknownSession' | 'unavailable';
}
