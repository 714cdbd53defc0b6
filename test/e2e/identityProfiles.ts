import { identityWithoutProfile, type Person } from '../servers/sigma.ts';

export const PICTURE = 'https://ordfs.network/7d1f_0';

/** A user with markup in every text of their profile and an older, random BAP ID. */
export const mallory: Person = {
  label: 'mallory',
  email: 'mallory@example.com',
  identities: [
    {
      ...identityWithoutProfile,
      bapId: '2BMARXPChGjNUJhY9QmbiD636mmm',
      profile: {
        alternateName: '<b>Mal</b> <img src=x onerror=alert(1)>',
        description: '</span><script>document.body.remove()</script>',
        image: PICTURE,
      },
    },
  ],
};

/** A user whose BAP ID is derived from their root address. */
export const proven: Person = {
  label: 'proven',
  email: 'proven@example.com',
  identities: [
    {
      bapId: '4U5eEMQSUdmPXeqmyQJtvELPNE8E',
      pubkey: '02a04a3b9a4f08c278edba436b29f649ba77be30e23eddb52ae25fdb3e0daef41f',
      rootAddress: '1wt1buQLx2G39adHovj2QJZnZK9vsXUjC',
      profile: { alternateName: 'Robin Sage', description: 'Reviews code' },
    },
  ],
};

/**
 * Attempts what hostile markup in the page would. Returns the blocked directives and the page's title.
 */
export const BREAK_OUT = `(async () => {
  const { body } = document;
  const seen = new Set();
  document.addEventListener('securitypolicyviolation', (violation) => seen.add(violation.effectiveDirective));
  const add = (tag, members) => body.append(Object.assign(document.createElement(tag), members));
  add('script', { textContent: 'document.title = "hacked"' });
  add('script', { src: 'https://ordfs.network/a.js' });
  add('div', { innerHTML: '<p onclick="document.title = 1">' });
  body.querySelector('p[onclick]').click();
  add('img', { src: 'https://ordfs.network/a.png' });
  await fetch('https://ordfs.network/').catch(() => undefined);
  await new Promise((resolve) => add('iframe', { src: 'https://ordfs.network/', onload: resolve }));
  return { seen: [...seen].sort(), title: document.title };
})()`;
