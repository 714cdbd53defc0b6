import type { ServiceTexts } from '../../../src/services/service.ts';

/** For tests that do not show the texts of a service. */
export const serviceTexts: ServiceTexts = { purpose: 'test', tokenRights: 'test' };
