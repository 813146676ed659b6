// All checks of one environment, as [rule, sentence] pairs.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import yaml from 'js-yaml';
import { knobProblems } from './knobs.mjs';
import { k8s } from './render.mjs';
import { rules } from './rules.mjs';
import { schemaChecker } from './schema.mjs';

const made_locally = [
  'whoosh-state', 'whoosh-cluster', 'whoosh-database', 'whoosh-keys', 'whoosh-keys-public',
];

// given: what comes from elsewhere: k8s/local-secrets.sh, infrastructure/cicd/deploy.sh.
export const environments = [
  { name: 'local', folders: ['overlays/local'], clustered: false, given: made_locally },
  { name: 'staging', folders: ['overlays/staging', 'migrate'], clustered: true, given: ['database-ca'] },
  {
    name: 'production', folders: ['overlays/production', 'migrate'], clustered: true,
    given: ['database-ca'],
  },
];

export const whoosh = process.env.WHOOSH_BIN;
if (!whoosh) throw new Error('WHOOSH_BIN is not set: the program whose knobs are checked.');

const adapter = yaml.load(readFileSync(path.join(k8s, 'addons/prometheus-adapter.yaml'), 'utf8'));
const metrics = adapter.rules.custom.map((rule) => rule.name.as);
const schemaProblems = schemaChecker();

export function problemsOf(objects, context) {
  const placed = context.folders.includes('migrate') ? withImage(objects) : objects;
  const asked = { ...context, metrics };
  return [
    ...schemaProblems(placed).map((text) => ['schema', text]),
    ...knobProblems(placed, whoosh).map((text) => ['knobs', text]),
    ...Object.entries(rules).flatMap(([rule, check]) =>
      check(placed, asked).map((text) => [rule, text]),
    ),
  ];
}

// The deployment gives the Job the image of everything else.
function withImage(objects) {
  const image = objects
    .filter(({ kind }) => kind === 'Deployment')
    .map((it) => it.spec.template.spec.containers[0].image)[0];
  const job = objects.find(({ kind }) => kind === 'Job');
  if (job?.spec.template.spec.containers[0].image === 'whoosh')
    job.spec.template.spec.containers[0].image = image;
  return objects;
}
