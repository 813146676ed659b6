// node kubernetes.mjs: renders every environment of infrastructure/k8s and checks it, and the alerts
// and dashboards for a cluster.
// WHOOSH_BIN: the program whose knobs the manifests set.
import { environments, problemsOf } from './kubernetes/check.mjs';
import { render } from './kubernetes/render.mjs';
import { schemaChecker } from './kubernetes/schema.mjs';

let wrong = 0;
for (const context of environments) {
  const objects = context.folders.flatMap(render);
  const problems = problemsOf(objects, context);
  for (const [rule, text] of problems) console.log(`${context.name}: ${rule}: ${text}`);
  console.log(`${context.name}: ${objects.length} objects, ${problems.length} problems`);
  wrong += problems.length;
}
const observed = render('../observe');
const faults = schemaChecker()(observed);
for (const text of faults) console.log(`observe: ${text}`);
console.log(`observe: ${observed.length} objects, ${faults.length} problems`);
wrong += faults.length;
process.exitCode = wrong === 0 ? 0 : 1;
