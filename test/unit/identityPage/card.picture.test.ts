import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pictureOf } from '../../../src/identityPage/card.ts';
import { recordOf } from '../support/record.ts';

const SERVER = 'https://auth.example';
const { person, grant } = recordOf('s1');
const withPicture = (picture: string, server = SERVER): string | undefined =>
  pictureOf(recordOf('s1', { grant: { ...grant, server }, person: { ...person, picture } }));

describe('shows a picture', () => {
  const table: [picture: string, shown: string, why: string][] = [
    [`${SERVER}/me.png`, `${SERVER}/me.png`, 'from the server that granted the session'],
    ['/content/abc_0', `${SERVER}/content/abc_0`, 'relative to that server'],
    ['me.png?size=2', `${SERVER}/me.png?size=2`, 'relative to that server, without a slash'],
    ['https://ordfs.network/abc_0', 'https://ordfs.network/abc_0', 'a gateway'],
    ['//ordfs.network/abc_0', 'https://ordfs.network/abc_0', 'a gateway, with the scheme of the server'],
    [
      'https://ordinals.gorillapool.io/content/a_0',
      'https://ordinals.gorillapool.io/content/a_0',
      'a gateway',
    ],
    ['https://www.gravatar.com/avatar/a', 'https://www.gravatar.com/avatar/a', 'a gateway'],
    ['HTTPS://ORDFS.network/A_0', 'https://ordfs.network/A_0', 'in capital letters'],
  ];
  for (const [picture, shown, why] of table)
    it(`${picture}: ${why}`, () => {
      assert.equal(withPicture(picture), shown);
    });
});

describe('does not show a picture', () => {
  const table: [picture: string, why: string][] = [
    ['https://pictures.example/me.png', 'another host'],
    ['//pictures.example/me.png', 'another host, with the scheme of the server'],
    ['https://auth.example.evil.example/me.png', 'a host that begins like the server'],
    ['https://auth.example:8443/me.png', 'another port of the server'],
    ['https://ordfs.network:8443/a_0', 'another port of a gateway'],
    ['https://x.ordfs.network/a_0', 'a host under a gateway'],
    ['https://notordfs.network/a_0', 'a host that ends like a gateway'],
    ['https://ordfs.network./a_0', 'a dot at the end of the host'],
    ['http://auth.example/me.png', 'http, from the server'],
    ['http://ordfs.network/a_0', 'http, from a gateway'],
    ['https://ann:secret@ordfs.network/a_0', 'credentials in the address'],
    ['data:image/svg+xml,<svg/>', 'data:'],
    ['javascript:alert(1)', 'javascript:'],
    ['bitfs://abc.out.0.3', 'bitfs:'],
    ['vscode-file://vscode-app/me.png', 'a scheme of VS Code'],
    ['https://', 'an address without a host'],
    ['', 'an empty address, which would mean the server itself'],
    [' ', 'a space, which would mean the server itself'],
  ];
  for (const [picture, why] of table)
    it(`${picture}: ${why}`, () => {
      assert.equal(withPicture(picture), undefined);
    });

  it('over HTTP, even from a server on this machine', () => {
    assert.equal(withPicture('/me.png', 'http://127.0.0.1:4321'), undefined);
    assert.equal(withPicture('http://127.0.0.1:4321/me.png', 'http://127.0.0.1:4321'), undefined);
  });
});

it('falls back to the profile’s picture', () => {
  const bap = { bapId: 'bap-1', rootAddressProven: false, profile: { image: 'https://ordfs.network/abc_0' } };
  const picture = 'https://pictures.example/me.png';
  assert.equal(
    pictureOf(recordOf('s1', { person: { ...person, bap, picture } })),
    'https://ordfs.network/abc_0',
  );
});

it('shows no picture for a user without one', () => {
  assert.equal(pictureOf(recordOf('s1')), undefined);
});
