/** A sign-in or sign-out that failed. The person has seen the message already: do not show it again. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  /** The setting that may be the cause, if one may be. */
  readonly setting: string | undefined;

  /** `message` is for the person, in their language. */
  constructor(message: string, { setting, cause }: { setting?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause });
    this.setting = setting;
  }
}
