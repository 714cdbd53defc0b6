import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import jsqr from 'jsqr';

import { qrSvg } from '../../../src/signIn/qrPage.ts';

const ADDRESS =
  'https://auth.example/device?code=AB%2FC+1%20x%3Dy&next=https%3A%2F%2Fa.b%2Fc%3Fd%3De&a=b,c;(e)!*~';
const svgOf = (text: string, label = 'QR code'): string => qrSvg(text, label)?.toString() ?? '';

describe('a QR code as SVG', () => {
  const texts: [string, string][] = [
    ['an address, byte for byte', ADDRESS],
    ['an address in capitals', 'HTTPS://AUTH.EXAMPLE/DEVICE/ABCD-EFGH'],
    ['an address that is long', `${ADDRESS}${'Aa0-'.repeat(500)}`],
    ['an address with letters of other scripts', 'https://auth.example/gerät/日本'],
  ];
  for (const [name, text] of texts) {
    it(`holds ${name}`, () => {
      assert.equal(read(svgOf(text))?.data, text);
    });

    it(`has no mark of a character set in ${name}`, () => {
      const parts = read(svgOf(text))?.chunks.map(({ type }) => type);
      assert.deepEqual(parts, ['byte']);
    });
  }

  it('is undefined for a text that does not fit', () => {
    assert.equal(qrSvg('a'.repeat(2954), 'QR code'), undefined);
    assert.notEqual(qrSvg('a'.repeat(2953), 'QR code'), undefined);
  });

  it('has the margin that scanners need, four modules, as bright as the rest', () => {
    const svg = svgOf(ADDRESS);
    const side = /viewBox="-4 -4 (\d+) /.exec(svg)?.[1] ?? '';
    assert.ok(svg.includes(`<path fill="#fff" d="M-4 -4h${side}v${side}h-${side}z"/>`), svg.slice(0, 300));
  });

  it('has its label as text, and does not have the address as text', () => {
    const svg = svgOf(ADDRESS, '"><script>');
    assert.ok(svg.includes('role="img" aria-label="&quot;&gt;&lt;script&gt;"'));
    assert.ok(!svg.includes('auth.example'));
  });
});

/** Draws the dark outline of the SVG, with the margin of its view box, and returns what a decoder reads. */
function read(svg: string): ReturnType<typeof jsqr> {
  const [, left, side] = /viewBox="(-\d+) -\d+ (\d+) \d+"/.exec(svg)?.map(Number) ?? [];
  const outline = /<path fill="#000" d="([^"]+)"/.exec(svg)?.[1];
  assert.ok(left !== undefined && side !== undefined && outline !== undefined);
  const scale = 4;
  const size = side * scale;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [, loop = ''] of outline.matchAll(/M([^Z]+)Z/g)) {
    const points = loop.split('L').map((point) => point.split(' ').map((n) => (Number(n) - left) * scale));
    points.forEach(([x1 = 0, y1 = 0], at) => {
      const [x2 = 0, y2 = 0] = points[(at + 1) % points.length] ?? [];
      // A pixel is dark when an odd number of upright edges lies to its left.
      if (x1 === x2)
        for (let y = Math.min(y1, y2); y < Math.max(y1, y2); y++)
          for (let x = x1; x < size; x++) invert(pixels, (y * size + x) * 4);
    });
  }
  return jsqr(pixels, size, size, { inversionAttempts: 'dontInvert' });
}

function invert(pixels: Uint8ClampedArray, at: number): void {
  for (let channel = at; channel < at + 3; channel++) pixels[channel] = 255 - (pixels[channel] ?? 0);
}
