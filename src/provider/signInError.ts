/** A sign-in that ended without a session, for a reason to be shown. VS Code shows the message as it is. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}
