// Terraform without a cloud: one installation of the provider for all that is checked, and copies of
// the sources that may be broken. No lock on the provider's version is kept: `~> 5.100` says it, and
// where there is no registry the folder beside Terraform has one version only.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const infrastructure = path.resolve(here, '../..');
const work = mkdtempSync(path.join(os.tmpdir(), 'whoosh-terraform-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const configuration = path.join(work, 'terraform.rc');
writeFileSync(configuration, 'disable_checkpoint = true\n');

export function terraform(folder, ...args) {
  return spawnSync('terraform', [`-chdir=${folder}`, ...args], {
    encoding: 'utf8',
    maxBuffer: 256 << 20,
    env: { ...process.env, TF_CLI_CONFIG_FILE: configuration, TF_IN_AUTOMATION: '1' },
  });
}

// Folders in which images and packages keep providers for machines without a registry.
const mirrors = [
  process.env.WHOOSH_TERRAFORM_PLUGINS, '/opt/tf-plugins', '/usr/local/share/terraform/plugins',
  '/usr/share/terraform/plugins',
];

// Why Terraform can't be asked here, or nothing.
export function missing() {
  if (terraform('.', 'version').error) return 'terraform is not installed';
  const folder = copy('terraform');
  const tried = [...mirrors.filter((one) => one && existsSync(one)).map((one) => `-plugin-dir=${one}`), ''];
  for (const from of tried) {
    const args = ['init', '-backend=false', '-input=false', '-no-color', ...(from ? [from] : [])];
    const ran = terraform(folder, ...args);
    if (ran.status === 0) {
      plugins = from;
      return '';
    }
    process.stderr.write(ran.stderr);
  }
  return 'terraform finds no AWS provider: no registry answers, and no folder has one';
}
let plugins = '';
let copies = 0;

// A copy of a folder of infrastructure/, beside copies of what it may name.
function copy(name) {
  const folder = path.join(work, `copy-${++copies}`);
  cpSync(path.join(infrastructure, name), folder, {
    recursive: true,
    filter: (from) => !from.includes('.terraform'),
  });
  return folder;
}

// A copy, ready to be asked; `spoil(folder)` may change it.
export function prepared(name, spoil = () => {}) {
  const folder = copy(name);
  spoil(folder);
  const args = ['init', '-backend=false', '-input=false', '-no-color', ...(plugins ? [plugins] : [])];
  const ran = terraform(folder, ...args);
  if (ran.status !== 0) throw new Error(ran.stderr);
  return folder;
}

// {passed, text, resources}: of the tests of one environment; resources as they are after `run`.
export function tested(folder, environment) {
  const ran = terraform(folder, 'test', '-json', '-verbose',
    `-filter=tests/${environment}.tftest.hcl`, `-var-file=environments/${environment}.tfvars`);
  const lines = ran.stdout.split('\n').filter((line) => line.startsWith('{')).map(JSON.parse);
  const state = lines.find((line) => line.type === 'test_state' && line['@testrun'] === environment);
  return {
    passed: ran.status === 0,
    text: lines
      .filter((line) => ['diagnostic', 'test_summary'].includes(line.type))
      .map((line) => [line['@message'], line.diagnostic?.detail ?? ''].join(' ').trim())
      .join('\n') + ran.stderr,
    resources: resourcesOf(state?.test_state?.values?.root_module ?? state?.test_state?.root_module),
  };
}

const resourcesOf = (module) => [
  ...(module?.resources ?? []),
  ...(module?.child_modules ?? []).flatMap(resourcesOf),
];
