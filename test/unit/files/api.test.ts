import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import typescript from 'typescript';

const SHIPPED = typescript.transpileDeclaration(readFileSync('src/api.ts', 'utf8'), { fileName: 'api.ts' });
const COPY = 'test/consumer/src/bap-identity.d.ts';

it('the API types in test/consumer match the packaged ones', () => {
  assert.deepEqual(SHIPPED.diagnostics, []);
  assert.equal(readFileSync(COPY, 'utf8'), SHIPPED.outputText);
});

it('the API types depend only on VS Code’s', () => {
  const imports = [...SHIPPED.outputText.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
  assert.deepEqual(imports, ['vscode']);
  // Our own type check skips declaration files.
  const options = {
    ...{ noEmit: true, strict: true, skipLibCheck: false, types: [] },
    module: typescript.ModuleKind.Preserve,
    moduleResolution: typescript.ModuleResolutionKind.Bundler,
  };
  const program = typescript.createProgram([COPY, 'node_modules/@types/vscode/index.d.ts'], options);
  const problems = typescript
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file?.fileName.endsWith('bap-identity.d.ts'));
  assert.deepEqual(
    problems.map(({ messageText }) => messageText),
    [],
  );
});
