import * as z from 'zod/mini';

import type { IdentityCard } from './card.ts';
import type { IdentityTexts } from './texts.ts';

/** What a button of the ClawNet section asks for. */
const CLAWNET_ACTIONS = ['askClawNet', 'moreTrust', 'moreVouches'] as const;
export type ClawNetAction = (typeof CLAWNET_ACTIONS)[number];

/** What a button of the page asks for. */
export const Action = z.literal(['signIn', 'signOut', 'manageExtensions', 'mcpServers', ...CLAWNET_ACTIONS]);
export type Action = z.infer<typeof Action>;

/** The page of one account: who it is, and the way on. */
export interface IdentityPage {
  readonly card: IdentityCard;
  /** What the person should know first. */
  readonly notice?: string;
  readonly buttons: readonly { readonly action: Action; readonly label: string }[];
  /** It has a section that tells what others say. Its content changes without a new page. */
  readonly hasClawNet: boolean;
}

/** The ClawNet section as it is now. */
export interface ClawNetPart {
  readonly html: string;
  /** What a screen reader says of it. */
  readonly status: string;
}

/** What a tab shows, and what its buttons do. */
export interface PanelContent {
  /** The page as it is now. */
  read(): IdentityPage;
  /** Its ClawNet section as it is now. Undefined for a page without one. */
  clawNet(): ClawNetPart | undefined;
  /** Does what a button of the page asks for. Never rejects. */
  run(action: Action): Promise<void>;
  /** Called when the tab has closed. */
  dispose(): void;
}

/** What decides about the way on. */
export interface PageOptions {
  /** Why the account is not used. Absent for an account that is. */
  readonly whyDormant?: string | undefined;
  /** VS Code has a page for the extensions that may use an account. */
  readonly canManageExtensions: boolean;
  readonly hasClawNet: boolean;
  /** MCP servers may get a token of the account. */
  readonly hasMcpServers: boolean;
}

/** The page of an account that is signed in. */
export function signedInPage(
  card: IdentityCard,
  { whyDormant, canManageExtensions, hasClawNet, hasMcpServers }: PageOptions,
  texts: IdentityTexts,
): IdentityPage {
  const { signInAgain, manageExtensions, mcpServers, signOut } = texts;
  return {
    card,
    ...(whyDormant !== undefined && { notice: whyDormant }),
    buttons: [
      // A sign-in goes to the server in the settings, where this account is not.
      ...(whyDormant === undefined ? [{ action: 'signIn', label: signInAgain } as const] : []),
      ...(canManageExtensions ? [{ action: 'manageExtensions', label: manageExtensions } as const] : []),
      ...(hasMcpServers ? [{ action: 'mcpServers', label: mcpServers } as const] : []),
      { action: 'signOut', label: signOut },
    ],
    hasClawNet,
  };
}

/** What is left of the page when the account is no longer signed in. */
export function signedOutPage(card: IdentityCard, notice: string, texts: IdentityTexts): IdentityPage {
  return {
    card: { ...card, groups: [] },
    notice,
    buttons: [{ action: 'signIn', label: texts.signIn }],
    hasClawNet: false,
  };
}
