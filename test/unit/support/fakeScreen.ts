import type { Contact } from '../../../src/oauth/judge.ts';
import type { SignInProgress } from '../../../src/signIn/signInUi.ts';
import type { IdentityChoice, PendingSignIn } from '../../../src/services/service.ts';
import type { FakeClock } from './fakeClock.ts';

/** Records what a user would see, and asks for a new code as often as it is told to. */
export class FakeScreen implements SignInProgress {
  readonly #cancel = new AbortController();
  readonly canceled = this.#cancel.signal;
  readonly seen: string[] = [];
  readonly codes: string[] = [];
  /** The ids of the identities that the user can choose from, for each question. */
  readonly asked: string[][] = [];
  /** When the sign-in continues without an answer, for each question. */
  readonly deadlines: number[] = [];
  /** The user's answers, question by question: an id, or undefined for none. No answer once it is empty. */
  readonly answers: (string | undefined)[] = [];
  readonly #clock: FakeClock;
  readonly #wishes: number[];

  /** `wishes`: after how many seconds the user asks for a new code, expiry by expiry; then never again. */
  constructor(clock: FakeClock, wishes: readonly number[] = []) {
    this.#clock = clock;
    this.#wishes = [...wishes];
  }

  pending(signIn: PendingSignIn, isResumed: boolean): void {
    this.seen.push(isResumed ? 'pending again' : 'pending');
    this.codes.push(signIn.userCode ?? 'none');
  }

  contact({ kind }: Contact): void {
    this.seen.push({ service: 'reached', noAnswer: 'offline', somethingElse: 'something else' }[kind]);
  }

  expired(signal: AbortSignal): Promise<void> {
    this.seen.push('expired');
    const seconds = this.#wishes.shift();
    return seconds === undefined ? new Promise(() => undefined) : this.#clock.sleep(seconds * 1000, signal);
  }

  finishing(): void {
    this.seen.push('finishing');
  }

  choose(
    { identities, failed }: IdentityChoice,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    this.seen.push(failed === undefined ? 'choice' : `choice without ${failed.identity.id}`);
    this.asked.push(identities.map(({ id }) => id));
    this.deadlines.push(deadlineMs);
    if (this.answers.length === 0)
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          this.seen.push('choice withdrawn');
          reject(signal.reason as Error);
        });
      });
    return Promise.resolve(this.answers.shift());
  }

  close(): void {
    this.seen.push('closed');
  }

  /** The user cancels. */
  cancel(): void {
    this.#cancel.abort(new Error('canceled'));
  }
}
