// Draws the pictures of the walkthrough, for dark and light themes: npm run draw
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const WIDTH = 640;
const HEIGHT = 400;

const palettes = {
  dark: {
    card: '#23264a',
    edge: '#4b5196',
    text: '#e9eaff',
    faint: '#8b90c9',
    gold: '#ffd166',
    good: '#5fd39a',
  },
  light: {
    card: '#ffffff',
    edge: '#b9bee6',
    text: '#23264a',
    faint: '#8288b8',
    gold: '#c77700',
    good: '#15835a',
  },
};

const rect = (x, y, width, height, radius, fill, stroke = 'none') =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}" stroke="${stroke}" stroke-width="2"/>`;
/** A line of writing, without words: the pictures are the same in every language. */
const writing = (x, y, width, fill) => rect(x, y, width, 12, 6, fill);
const stroke = (path, colour, width = 4) =>
  `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
const text = (x, y, size, fill, words) =>
  `<text x="${x}" y="${y}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${size}" font-weight="600" fill="${fill}">${words}</text>`;

const person = (x, y, scale, fill) =>
  `<g transform="translate(${x} ${y}) scale(${scale})" fill="${fill}"><circle cx="0" cy="-22" r="22"/><path d="M-42 46 C-40 14 -22 8 0 8 C22 8 40 14 42 46 Z"/></g>`;
const tick = (x, y, { good, card }) =>
  `<circle cx="${x}" cy="${y}" r="15" fill="${good}"/>` + stroke(`M${x - 6} ${y} l5 5 l8 -10`, card);
const shield = (x, y, scale, colour, fill) =>
  `<path transform="translate(${x} ${y}) scale(${scale})" d="M0 -100 L80 -68 V-8 C80 44 46 78 0 98 C-46 78 -80 44 -80 -8 V-68 Z" fill="${fill}" stroke="${colour}" stroke-width="10" stroke-linejoin="round"/>`;

/** Each picture, drawn with a palette. */
const pictures = {
  /** A card with a person, their name and their BAP ID. */
  what: (colour) =>
    rect(100, 90, 440, 220, 20, colour.card, colour.edge) +
    shield(200, 200, 0.8, colour.gold, 'none') +
    person(200, 192, 0.75, colour.text) +
    writing(300, 140, 150, colour.text) +
    writing(300, 168, 100, colour.faint) +
    text(300, 230, 22, colour.text, '3DgKFHRq8n…') +
    writing(300, 250, 190, colour.faint) +
    writing(300, 276, 140, colour.faint) +
    tick(500, 146, colour),
  /** A notification with a code, and a phone that approves. */
  signIn: (colour) =>
    rect(50, 110, 350, 180, 12, colour.card, colour.edge) +
    person(90, 152, 0.32, colour.gold) +
    writing(120, 144, 180, colour.text) +
    text(78, 218, 40, colour.text, 'ABCD-1234') +
    rect(78, 246, 86, 14, 7, colour.gold) +
    rect(176, 246, 86, 14, 7, colour.gold) +
    rect(274, 246, 60, 14, 7, colour.gold) +
    rect(470, 70, 130, 260, 20, colour.card, colour.edge) +
    shield(535, 160, 0.45, colour.gold, 'none') +
    writing(500, 236, 70, colour.faint) +
    rect(494, 270, 82, 30, 8, colour.good) +
    stroke('M526 285 l7 7 l12 -14', colour.card, 5) +
    stroke('M412 200 H458 M446 188 L458 200 L446 212', colour.faint),
  /** A person in the middle, and an extension, a terminal and an agent, each with a consent of its own. */
  use: (colour) =>
    rect(50, 125, 170, 150, 18, colour.card, colour.edge) +
    person(135, 196, 0.8, colour.text) +
    [60, 170, 280]
      .map(
        (y) =>
          stroke(`M220 200 C300 200 300 ${y + 30} 376 ${y + 30}`, colour.edge) +
          rect(380, y, 210, 64, 12, colour.card, colour.edge) +
          writing(450, y + 26, 90, colour.faint) +
          tick(316, (200 + y + 30) / 2 + (y - 170) / 14, colour),
      )
      .join('') +
    stroke('M404 80 h10 a7 7 0 1 1 14 0 h8 v26 h-32 Z', colour.gold) +
    stroke('M404 190 l12 12 l-12 12 M424 214 h14', colour.gold) +
    stroke('M420 296 l5 12 l12 5 l-12 5 l-5 12 l-5 -12 l-12 -5 l12 -5 Z', colour.gold),
  /** A shield with a lock before a token that nobody can read. */
  privacy: (colour) =>
    rect(60, 150, 520, 100, 18, colour.card, colour.edge) +
    [110, 150, 190, 450, 490, 530]
      .map((x) => `<circle cx="${x}" cy="200" r="9" fill="${colour.faint}"/>`)
      .join('') +
    shield(320, 200, 1.25, colour.gold, colour.card) +
    rect(276, 190, 88, 70, 12, colour.text) +
    stroke('M294 190 v-20 a26 26 0 0 1 52 0 v20', colour.text, 10) +
    `<circle cx="320" cy="219" r="9" fill="${colour.card}"/>` +
    stroke('M320 222 v16', colour.card, 6),
};

/** @returns {Map<string, string>} each file's name and text */
export function draw() {
  const files = Object.entries(pictures).flatMap(([name, picture]) =>
    Object.entries(palettes).map(([theme, palette]) => [
      `media/walkthrough/${name}.${theme}.svg`,
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">${picture(palette)}</svg>\n`,
    ]),
  );
  return new Map(files);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const [file, svg] of draw()) writeFileSync(file, svg);
