// node terraform.mjs: the formatting, validity and tests of all of infrastructure's Terraform, without
// a cloud; then copies in which one thing is broken, which must not pass.
//
// Without Terraform or its provider there is nothing to check with. On a person's machine that is
// said and the check counts as skipped (status 77); with CI set it is a failure.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { problemsOf } from './terraform/policy.mjs';
import { infrastructure, missing, prepared, terraform, tested } from './terraform/run.mjs';
import { broken_resources, broken_sources, roots } from './terraform/cases.mjs';

let failures = 0;
const fail = (text) => {
  failures += 1;
  console.log(`FAILED: ${text}`);
};

function replaceIn(folder, file, from, to) {
  const where = path.join(folder, file);
  const text = readFileSync(where, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no "${from}" to break`);
  writeFileSync(where, text.replace(from, to));
}

const why = missing();
if (why) {
  console.log(`\n${'!'.repeat(80)}\nNOTHING OF infrastructure's TERRAFORM WAS CHECKED: ${why}.`);
  console.log(`Install Terraform 1.11 or newer, or give WHOOSH_TERRAFORM_PLUGINS.\n${'!'.repeat(80)}`);
  process.exit(process.env.CI ? 1 : 77);
}

const format = terraform(infrastructure, 'fmt', '-check', '-recursive', '-no-color');
if (format.status !== 0) fail(`terraform fmt would change:\n${format.stdout}${format.stderr}`);

let resources_of_first;
for (const { name, environments } of roots) {
  const folder = prepared(name);
  const valid = terraform(folder, 'validate', '-no-color');
  if (valid.status !== 0) fail(`${name}: ${valid.stderr}`);
  for (const environment of environments) {
    const { passed, text, resources } = tested(folder, environment);
    if (!passed) fail(`${name}, ${environment}:\n${text}`);
    if (resources.length === 0) fail(`${name}, ${environment}: no resources were shown`);
    for (const problem of problemsOf(resources)) fail(`${name}, ${environment}: ${problem}`);
    console.log(`${name}, ${environment}: ${resources.length} resources; ${text.split('\n').at(-1)}`);
    resources_of_first ??= resources;
  }
}

for (const { what, root, environment, file, from, to, says } of broken_sources) {
  const folder = prepared(root, (where) => replaceIn(where, file, from, to));
  const { passed, text } = tested(folder, environment);
  if (passed || !text.includes(says)) fail(`a broken copy (${what}) was not found: ${text}`);
  else console.log(`found, as it should be: ${what}`);
}
for (const { what, type, spoil, says } of broken_resources) {
  const resources = structuredClone(resources_of_first);
  spoil(resources.find((one) => one.type === type).values);
  if (!problemsOf(resources).some((text) => says.test(text))) fail(`not found: ${what}`);
  else console.log(`found, as it should be: ${what}`);
}
if (problemsOf([]).length !== 0) fail('a policy finds something in nothing');
console.log(failures === 0 ? 'All of it holds.' : `${failures} failures.`);
process.exitCode = failures === 0 ? 0 : 1;
