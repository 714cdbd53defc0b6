import * as z from 'zod/mini';

import type { IdentityCard } from './card.ts';
import type { IdentityTexts } from './texts.ts';

/** What a button of the page asks for. */
export const Action = z.literal(['signIn', 'signOut', 'manageExtensions']);
export type Action = z.infer<typeof Action>;

/** The page of one account: who it is, and the way on. */
export interface IdentityPage {
  readonly card: IdentityCard;
  /** What the person should know first. */
  readonly notice?: string;
  readonly buttons: readonly { readonly action: Action; readonly label: string }[];
}

/** What decides about the way on. */
export interface PageOptions {
  /** Why the account is not used. Absent for an account that is. */
  readonly whyHidden?: string | undefined;
  /** VS Code has a page for the extensions that may use an account. */
  readonly canManageExtensions: boolean;
}

/** The page of an account that is signed in. */
export function signedInPage(
  card: IdentityCard,
  { whyHidden, canManageExtensions }: PageOptions,
  texts: IdentityTexts,
): IdentityPage {
  const { signInAgain, manageExtensions, signOut } = texts;
  return {
    card,
    ...(whyHidden !== undefined && { notice: whyHidden }),
    buttons: [
      // A sign-in goes to the server in the settings, where this account is not.
      ...(whyHidden === undefined ? [{ action: 'signIn', label: signInAgain } as const] : []),
      ...(canManageExtensions ? [{ action: 'manageExtensions', label: manageExtensions } as const] : []),
      { action: 'signOut', label: signOut },
    ],
  };
}

/** What is left of the page when the account is no longer signed in. */
export function signedOutPage(card: IdentityCard, notice: string, texts: IdentityTexts): IdentityPage {
  return { card: { ...card, groups: [] }, notice, buttons: [{ action: 'signIn', label: texts.signIn }] };
}
