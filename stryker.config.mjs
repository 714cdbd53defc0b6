// Mutation testing: Stryker changes the code in one place at a time, and looks whether a test fails.
// `npm run test:mutation` does so for each room of src whose unit tests need no VS Code.

/** The room: its code is changed, and its tests run. */
const { ROOM = '' } = process.env;
if (ROOM === '')
  throw new Error('Run `npm run test:mutation`, or say which room: ROOM=sessions npx stryker run');

const FLOW = '{askLimit,contact,kept*,otherWindows,resume,sharedSignIns,signIn,signInRecord}';

// Each mutant starts new Node processes, which load the same modules. This lets Node compile each one once.
process.env.NODE_COMPILE_CACHE = `${import.meta.dirname}/out/mutation/compileCache`;

// Property tests try the same few cases in every run: they must not notice a change in one and not in the next one.
Object.assign(process.env, { FUZZ_SEED: '1', FUZZ_RUNS: '20' });

export default {
  // Of signIn, only the flow: the rest is what a person sees.
  mutate: [`src/${ROOM}/${ROOM === 'signIn' ? FLOW : '**/*'}.ts`],
  thresholds: { high: 98, low: 95, break: 95 },
  plugins: ['@stryker-mutator/*', './test/mutation/groups.ts'],
  testRunner: 'groups',
  tap: {
    testFiles: [`test/unit/${ROOM}/**/*.test.ts`],
    nodeArgs: [
      ...['--test-reporter=tap', '--test-timeout=15000', '-r', '{{hookFile}}'],
      ...['test/mutation/importFiles.ts', '{{testFile}}'],
    ],
  },
  // What the copy for these runs has. Node strips the types there, and checks none.
  ignorePatterns: ['*', '!package.json', '!src/**', '!test/unit/**', '!test/mutation/**', '!test/servers/**'],
  disableTypeChecks: false,
  tempDirName: 'out/mutation/sandbox',
  reporters: ['clear-text', 'html', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: `out/mutation/${ROOM}.html` },
};
