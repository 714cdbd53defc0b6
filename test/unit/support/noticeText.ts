import type { SessionNotice } from '../../../src/sessions/notices.ts';

/** A notice in words, such as `ended a`. */
export function noticeText(notice: SessionNotice): string {
  switch (notice.kind) {
    case 'endsSoon':
      return `ends soon ${notice.record.id}`;
    case 'ended':
    case 'rejected':
      return `${notice.kind} ${notice.record.id}`;
    case 'notStored':
      return `not stored ${notice.record.id}`;
    case 'completed':
      return `completed ${notice.record.id}: ${notice.record.person.accountLabel}`;
    case 'identityChoice':
      return `identity choice ${notice.record.id}`;
    case 'revocationWaits':
      return `revocation waits: ${notice.because}, ${notice.ids.length}`;
    case 'lost':
      return `lost ${notice.sessions.map(({ id }) => id).join('+')}`;
  }
}
