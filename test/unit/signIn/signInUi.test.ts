import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { SignInError } from '../../../src/signIn/signInUi.ts';

describe('SignInError', () => {
  it('says that it is worth no diagnosis and names no setting, unless it is told so', () => {
    const error = new SignInError('words');
    assert.deepEqual([error.name, error.message], ['SignInError', 'words']);
    assert.deepEqual([error.setting, error.isWorthDiagnosis, error.cause], [undefined, false, undefined]);
  });

  it('has what it is told', () => {
    const cause = new Error('cause');
    const error = new SignInError('words', { setting: 'a.b', isWorthDiagnosis: true, cause });
    assert.deepEqual([error.setting, error.isWorthDiagnosis, error.cause], ['a.b', true, cause]);
  });
});
