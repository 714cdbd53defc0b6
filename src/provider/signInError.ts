/** A sign-in or sign-out that failed. The person has been told: whoever catches it need not tell them again. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}
