// What package.json must hold for every editor and both registries. Run by `npm run lint`.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The Marketplace refuses more. */
const MAX_KEYWORDS = 30;
/** The public addresses of the project. CONTRIBUTING.md says when to set them. */
const ADDRESSES = ['repository', 'bugs', 'homepage'];
const PLACE_TO_FILL_IN = 'FILL IN';

/** What is wrong with a manifest, in words for the person who changes it. */
export function manifestProblems(manifest) {
  const problems = [];
  if ('enabledApiProposals' in manifest)
    problems.push('enabledApiProposals: editors refuse an extension that uses proposed API.');
  if ((manifest.keywords ?? []).length > MAX_KEYWORDS)
    problems.push(`keywords: the Marketplace allows ${MAX_KEYWORDS}.`);
  for (const [name, { scope }] of Object.entries(manifest.contributes?.configuration?.properties ?? {}))
    if (scope !== 'application')
      problems.push(
        `${name}: only the scope "application" keeps workspaces and remote machines from setting it.`,
      );
  const set = ADDRESSES.filter((name) => name in manifest);
  if (set.length > 0 && set.length < ADDRESSES.length)
    problems.push(`${ADDRESSES.join(', ')}: set all of them or none. Set now: ${set.join(', ')}.`);
  for (const name of set) {
    const value = manifest[name];
    const address = typeof value === 'string' ? value : value?.url;
    if (!/^https:\/\/[^/]+\.[^/]+\//.test(address ?? ''))
      problems.push(`${name}: not a public https address.`);
  }
  return problems;
}

/** What stands in the way of publishing a manifest, and the text of SECURITY.md, under a tag such as `v1.2.3`. */
export function releaseProblems(manifest, security, tag) {
  const problems = manifestProblems(manifest);
  if (tag !== `v${manifest.version}`) problems.push(`version: ${manifest.version}, but the tag is ${tag}.`);
  for (const name of ADDRESSES)
    if (!(name in manifest))
      problems.push(`${name}: not set. See "Before the first release" in CONTRIBUTING.md.`);
  if (security.includes(PLACE_TO_FILL_IN))
    problems.push('SECURITY.md: it does not say yet where to report a vulnerability.');
  return problems;
}

// `node lint/manifest.mjs`, or `node lint/manifest.mjs TAG` before that tag is published.
if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
  const tag = process.argv[2];
  const security = readFileSync('SECURITY.md', 'utf8');
  const problems = tag === undefined ? manifestProblems(manifest) : releaseProblems(manifest, security, tag);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
