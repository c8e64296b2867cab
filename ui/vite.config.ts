import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The report's page: one script and one stylesheet, which scripts/build-ui.mjs then writes into a single HTML file. */
const config = defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  logLevel: 'warn',
  build: {
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    rolldownOptions: { input: 'report.html', output: { codeSplitting: false } },
  },
});

export default config;
