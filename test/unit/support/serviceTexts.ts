import type { ServiceTexts } from '../../../src/services/service.ts';

/** For tests that show no words of a service. */
export const serviceTexts: ServiceTexts = { purpose: 'test', tokenRights: 'test' };
