import type { ServiceWords } from '../../../src/services/service.ts';

/** For tests that show no words of a service. */
export const serviceWords: ServiceWords = { purpose: 'test', tokenRights: 'test' };
