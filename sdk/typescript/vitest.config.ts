import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const here = import.meta.dirname ?? __dirname;

export default defineConfig({
  resolve: { alias: { '@whoosh/sdk': resolve(here, 'src/index.ts') } },
  test: { include: ['test/**/*.test.ts'] },
});
