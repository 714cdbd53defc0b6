/**
 * The label of an account on a test's server, which it includes because that is not the service's default server.
 */
export function labelAt(url: string, label: string): string {
  return `${label} · ${new URL(url).host}`;
}
