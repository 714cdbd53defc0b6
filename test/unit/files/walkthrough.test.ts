import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';

import { draw } from '../../../media/walkthrough/draw.mjs';

const text = (file: string): string => readFileSync(file, 'utf8');
const themes = z.strictObject({ dark: z.string(), light: z.string(), hc: z.string(), hcLight: z.string() });
const step = z.looseObject({
  description: z.string(),
  media: z.strictObject({ image: themes, altText: z.string() }),
  completionEvents: z.array(z.string()).check(z.minLength(1)),
});
const manifest = z
  .looseObject({
    contributes: z.looseObject({
      commands: z.array(z.looseObject({ command: z.string() })),
      configuration: z.looseObject({ properties: z.looseObject({}) }),
      walkthroughs: z.tuple([z.looseObject({ when: z.string(), steps: z.array(step) })]),
    }),
  })
  .parse(JSON.parse(text('package.json')));
const { commands, configuration, walkthroughs } = manifest.contributes;
const [{ when, steps }] = walkthroughs;
const words = z.record(z.string(), z.string()).parse(JSON.parse(text('package.nls.json')));
const source = text('src/accounts/accountsMenu.ts');

describe('the walkthrough', () => {
  it('uses the images that the script draws, which are in the package', () => {
    const used = steps.flatMap(({ media }) => Object.values(media.image));
    const drawn = draw();
    assert.deepEqual([...new Set(used)].sort(), [...drawn.keys()].sort());
    for (const [file, svg] of drawn) assert.equal(text(file), svg, 'run: npm run draw');
    assert.deepEqual(globSync('media/walkthrough/*.svg').sort(), [...drawn.keys()].sort());
    assert.match(text('.vscodeignore'), /^!media\/walkthrough\/\*\.svg$/m);
  });

  it('shows no dark image in a light theme', () => {
    for (const { image } of steps.map(({ media }) => media)) {
      for (const file of [image.dark, image.hc]) assert.match(file, /\.dark\.svg$/);
      for (const file of [image.light, image.hcLight]) assert.match(file, /\.light\.svg$/);
    }
  });

  it('depends on a context key of the extension, so that VS Code does not open it automatically', () => {
    const [, key] = /^bapIdentity\.(\w+)$/.exec(when) ?? [];
    assert.ok(source.includes(`set('${key}', true)`), when);
  });

  it('uses only commands and completion events that exist', () => {
    const known = new Set(commands.map(({ command }) => command));
    for (const { description, completionEvents } of steps) {
      const shown = words[description.replaceAll('%', '')] ?? '';
      for (const [, command = ''] of shown.matchAll(/\(command:([\w.]+)/g))
        assert.ok(known.has(command) || command.startsWith('workbench.'), command);
      for (const event of completionEvents) {
        const [kind, id = ''] = event.split(':');
        if (kind === 'onCommand') assert.ok(known.has(id), event);
        else if (kind === 'onSettingChanged') assert.ok(id in configuration.properties, event);
        else if (kind === 'onContext')
          assert.ok(source.includes(`'${id.replace('bapIdentity.', '')}'`), event);
        else assert.equal(event, 'onStepSelected');
      }
    }
  });
});
