import type { Fault } from '../faults.ts';
import type { Auth } from './auth.ts';
import { nameOf, type BapIdentity, type Person } from './people.ts';

/**
 * What better-auth answers to set-active when the user is no member of the organization. better-auth also
 * makes no organization active then, but this fault leaves the session as it is.
 */
export const notAMember = {
  kind: 'answer',
  status: 403,
  body: {
    message: 'User is not a member of the organization',
    code: 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION',
  },
} as const satisfies Fault;

/**
 * Makes each BAP identity of a person an organization with one owner, as Sigma Identity does. Its id is the
 * BAP id.
 */
export async function addOrganizations(auth: Auth, userId: string, person: Person): Promise<void> {
  const { adapter } = await auth.$context;
  const add = async (organization: { id?: string; name: string; slug: string }): Promise<void> => {
    const createdAt = new Date();
    const { id: organizationId } = await adapter.create<Record<string, unknown>, { id: string }>({
      model: 'organization',
      data: { ...organization, createdAt },
      forceAllowId: true,
    });
    const data = { organizationId, userId, role: 'owner', createdAt };
    await adapter.create({ model: 'member', data });
  };
  // These come first in the list, so that a client cannot take the first one without a look.
  for (const name of person.otherOrganizations ?? []) await add({ name, slug: name });
  for (const identity of person.identities) {
    const { bapId, metadata } = identity;
    const named = { id: bapId, slug: bapId, name: nameOf(identity) };
    await add({ ...named, ...(metadata !== undefined && { metadata }) });
  }
}

/** The id of a session's active organization. Undefined while there is none. */
export function activeOrganization(session: object): string | undefined {
  const id: unknown = Reflect.get(session, 'activeOrganizationId');
  return typeof id === 'string' ? id : undefined;
}

/** The BAP identity whose organization is active in a session. */
export function activeIdentity(
  session: object,
  email: string,
  people: readonly Person[],
): BapIdentity | undefined {
  const active = activeOrganization(session);
  const person = people.find((candidate) => candidate.email === email);
  return person?.identities.find(({ bapId }) => bapId === active);
}
