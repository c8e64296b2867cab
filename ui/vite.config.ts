import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// React as it is shipped, also where a test builds it.
const define = { 'process.env.NODE_ENV': JSON.stringify('production') };
const common = { define, root: import.meta.dirname, base: './', plugins: [react()], logLevel: 'warn' } as const;

/** The report's page: one script and one stylesheet, which scripts/build-ui.mjs then writes into a single HTML file. */
const report = defineConfig({
  ...common,
  publicDir: false,
  build: {
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    rolldownOptions: { input: 'report.html', output: { codeSplitting: false } },
  },
});

/** The workspace: a page whose code comes piece by piece, every piece named by its content, nothing inline. */
const workspace = defineConfig({
  ...common,
  base: '/',
  build: {
    target: 'es2022',
    outDir: '../dist/ui/workspace',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: 'workspace.html' },
  },
});

const config = defineConfig(({ mode }) => (mode === 'workspace' ? workspace : report));

export default config;
