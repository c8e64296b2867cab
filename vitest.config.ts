import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const browser = 'test/**/*.browser.test.ts';
/** Tests that call what they are given and look at what comes back: nothing that they leave behind can reach another file. */
const pure = ['src/{util,domain,segment,explain,featurize,unify,predict,act,simulate}/**/*.test.ts', 'ui/src/**/*.test.ts', 'ui/src/**/*.test.tsx'];

/** The files that take longest, which a fresh clone cannot know: they begin first, so that both workers end together. */
const longest = [
  'planted-truth', 'segment.test', 'parity-live-faults', 'workspace-live', 'workspace-segments', 'journal-faults', 'discover-real', 'conformance/journal', 'serve.test', 'conformance/predictors', 'workspace-rules',
  'workspace-entity', 'workspace-exports', 'workspace-viewer', 'crash-server', 'crash-webhooks', 'parity-live.test', 'null-families', 'workspace-runs', 'workspace-start', 'predict-real', 'conformance/store', 'parity-edge',
  'server/backend', 'report.browser', 'server/fuzz', 'conformance/algorithms', 'found/live.test', 'predict-trees-real', 'workspace-predict',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId, project }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.includes(`/${name}`));
      return project.config.isolate ? (found < 0 ? longest.length : found) : Infinity;
    };
    return (await super.sort(files)).map((file, i) => ({ file, i, at: place(file) })).sort((a, b) => (a.at === b.at ? a.i - b.i : a.at - b.at)).map(({ file }) => file);
  }
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two workers on two cores: the heavy suites (market, null families, browser) run beside the light ones.
    maxWorkers: 2,
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'plain', include: ['src/**/*.test.ts', 'test/**/*.test.ts'], exclude: [browser, ...pure, '**/node_modules/**'] } },
      { extends: true, test: { name: 'pure', include: pure, exclude: ['**/node_modules/**'], isolate: false } },
      // A real browser on a busy machine can miss a moment: such a test may try once more, and the summary says so.
      { extends: true, test: { name: 'browser', include: [browser], retry: 1 } },
    ],
  },
});
