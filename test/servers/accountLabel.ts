/**
 * The label of an account that has signed in at the server `url` of a test. That is not the service's own server, so
 * the label names it.
 */
export function labelAt(url: string, label: string): string {
  return `${label} · ${new URL(url).host}`;
}
