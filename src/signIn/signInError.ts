export interface SignInErrorOptions {
  readonly setting?: string | undefined;
  readonly isWorthDiagnosis?: boolean;
  readonly cause?: unknown;
}

/** A sign-in or sign-out that failed. The person has seen the message already: do not show it again. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  /** The setting that may be the cause, if one may be. */
  readonly setting: string | undefined;
  /** A report on sign-in may show the cause. */
  readonly isWorthDiagnosis: boolean;

  /** `message` is for the person, in their language. */
  constructor(message: string, { setting, isWorthDiagnosis = false, cause }: SignInErrorOptions = {}) {
    super(message, { cause });
    this.setting = setting;
    this.isWorthDiagnosis = isWorthDiagnosis;
  }
}
