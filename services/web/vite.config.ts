// Build of the web client. Games live outside this folder (games/<slug>/client) and are found by glob, so
// the project root is allowed to the dev server and packages resolve from here for them too.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig, transformWithEsbuild, type Plugin } from 'vite';

const here = import.meta.dirname ?? __dirname;
// From its sources: one build, and the bundler keeps only what is used.
const sdk = resolve(here, '../../sdk/typescript/src');

// dist/sw.js: src/sw.ts with the list of the hashed files of this build.
function serviceWorker(): Plugin {
  return {
    name: 'whoosh-service-worker',
    apply: 'build',
    async writeBundle(options, bundle) {
      const shell = Object.keys(bundle).filter(
        (name) => name.startsWith('assets/') && !name.endsWith('.map'),
      );
      const source = readFileSync(join(here, 'src/sw.ts'), 'utf8');
      const { code } = await transformWithEsbuild(source, 'sw.ts', {
        minify: true,
        target: 'es2020',
      });
      const files = JSON.stringify(shell.sort().map((name) => '/' + name));
      writeFileSync(join(options.dir ?? 'dist', 'sw.js'), code.replace('__SHELL__', files));
    },
  };
}

export default defineConfig({
  resolve: {
    alias: [
      { find: '@web', replacement: resolve(here, 'src') },
      { find: /^@whoosh\/sdk$/, replacement: join(sdk, 'index.ts') },
      { find: /^@whoosh\/sdk\/games\/(.*)$/, replacement: join(sdk, 'games/$1.gen.ts') },
    ],
    dedupe: ['preact', '@preact/signals'],
  },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  plugins: [serviceWorker()],
  build: {
    target: 'es2020',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
  server: {
    fs: { allow: [resolve(here, '../..')] },
    proxy: { '/api': process.env.WHOOSH_API ?? 'http://localhost:8000' },
  },
  test: { environment: 'happy-dom', include: ['test/**/*.test.{ts,tsx}'] },
} as Parameters<typeof defineConfig>[0]);
