/** A sign-in or sign-out that failed. The person has been told: whoever catches it need not tell them again. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
  /** The setting to look at, where one may be to blame. */
  readonly setting: string | undefined;

  /** `message` is for the person, in their language. */
  constructor(message: string, { setting, cause }: { setting?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause });
    this.setting = setting;
  }
}
