// Goal: each check of the manifests finds what it is there for. Method: staging as it is rendered, one
// thing broken in a copy, and the sentence that the check must say; the unbroken copy says nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environments, problemsOf } from './kubernetes/check.mjs';
import { render } from './kubernetes/render.mjs';
import { rules } from './kubernetes/rules.mjs';

const context = environments.find(({ name }) => name === 'staging');
const whole = context.folders.flatMap(render);

const get = (objects, kind, name) => {
  const found = objects.find((it) => it.kind === kind && it.metadata.name.startsWith(name));
  assert.ok(found, `${kind}/${name} is rendered`);
  return found;
};
const drop = (objects, kind, name) => objects.splice(objects.indexOf(get(objects, kind, name)), 1);
const container = (objects, kind, name) =>
  get(objects, kind, name).spec.template.spec.containers[0];
const env = (objects, kind, name, key) =>
  container(objects, kind, name).env.find((entry) => entry.name === key);

const broken = [
  ['schema', /httpGett/, 'a misspelt field', (o) => {
    const own = container(o, 'Deployment', 'api');
    own.livenessProbe.httpGett = own.livenessProbe.httpGet;
  }],
  ['schema', /must be number|must be integer/, 'a text for a number', (o) => {
    get(o, 'HorizontalPodAutoscaler', 'api').spec.maxReplicas = 'many';
  }],
  ['schema', /pathType/, 'a missing field', (o) => {
    delete get(o, 'Ingress', 'web').spec.rules[0].http.paths[0].pathType;
  }],
  ['schema', /maxUnavailble/, 'a misspelt field of a budget', (o) => {
    get(o, 'PodDisruptionBudget', 'edge').spec.maxUnavailble = 1;
  }],
  ['schema', /remoteReff/, "a misspelt field of an operator's kind", (o) => {
    get(o, 'ExternalSecret', 'whoosh-state').spec.data[0].remoteReff = {};
  }],
  ['schema', /no type for this kind/, 'an unknown kind', (o) => {
    o.push({ apiVersion: 'v1', kind: 'Deploymnt', metadata: { name: 'x' } });
  }],
  ['knobs', /WHOOSH_DRAIN_SECONDS is no knob/, 'a name that the program does not know', (o) => {
    get(o, 'ConfigMap', 'whoosh-edge').data.WHOOSH_DRAIN_SECONDS = '900';
  }],
  ['knobs', /refuses it: .*drain/s, 'a value that the program refuses', (o) => {
    get(o, 'ConfigMap', 'whoosh-edge').data.WHOOSH_DRAIN_S = 'long';
  }],
  ['knobs', /refuses it: .*--fast/s, 'a flag that the program does not know', (o) => {
    container(o, 'Deployment', 'api').args.push('--fast');
  }],
  ['knobs', /no role apy/, 'a role that the program does not have', (o) => {
    container(o, 'Deployment', 'api').args = ['apy'];
  }],
  ['knobs', /port ws is 8081, and the program opens 8080/, 'a port that nobody opens', (o) => {
    container(o, 'StatefulSet', 'edge').ports.find(({ name }) => name === 'ws').containerPort = 8081;
  }],
  ['knobs', /ops-listen is 127/, 'pages that only the pod itself reaches', (o) => {
    delete get(o, 'ConfigMap', 'whoosh-common').data.WHOOSH_OPS_LISTEN;
  }],
  ['knobs', /gets the private keys/, 'private keys for an edge', (o) => {
    get(o, 'StatefulSet', 'edge').spec.template.spec.volumes.find(
      ({ name }) => name === 'keys').secret.secretName = 'whoosh-keys';
  }],
  ['knobs', /gone with the pod/, 'results on a disk that goes with the pod', (o) => {
    const edge = get(o, 'StatefulSet', 'edge');
    delete edge.spec.volumeClaimTemplates;
    edge.spec.template.spec.volumes.push({ name: 'data', emptyDir: {} });
  }],
  ['selectors', /Service\/api selects no pod/, 'a Service without pods', (o) => {
    get(o, 'Service', 'api').spec.selector['app.kubernetes.io/name'] = 'apis';
  }],
  ['selectors', /does not select its own pods/, 'a workload that loses its pods', (o) => {
    get(o, 'Deployment', 'api').spec.template.metadata.labels['app.kubernetes.io/name'] = 'web';
  }],
  ['selectors', /ServiceMonitor\/edge selects 0/, 'a monitor of nothing', (o) => {
    delete get(o, 'Service', 'edge').metadata.labels['whoosh/scrape'];
    for (const it of o) if (it.kind === 'Service') delete it.metadata.labels['whoosh/scrape'];
  }],
  ['ports', /has no port https/, 'a Service to a port that is not there', (o) => {
    get(o, 'Service', 'api').spec.ports[0].targetPort = 'https';
  }],
  ['ports', /livenessProbe asks port/, 'a probe of a port that is not there', (o) => {
    container(o, 'Deployment', 'api').livenessProbe.httpGet.port = 'operators';
  }],
  ['ports', /not all its pods have a port/, 'a policy about a port that is not there', (o) => {
    get(o, 'NetworkPolicy', 'scraped').spec.ingress[0].ports[0].port = 'metrics';
  }],
  ['ports', /leads to a Service or port/, 'a rule that leads nowhere', (o) => {
    get(o, 'Ingress', 'web').spec.rules[0].http.paths[0].backend.service.name = 'www';
  }],
  ['references', /no Secret whoosh-keys\b/, 'a secret that nobody makes', (o) => {
    drop(o, 'ExternalSecret', 'whoosh-keys');
  }],
  ['references', /no Secret whoosh-state with url/, "a secret without the file's name", (o) => {
    get(o, 'ExternalSecret', 'whoosh-state').spec.data[0].secretKey = 'address';
  }],
  ['references', /no ServiceAccount migrate/, 'an account that is not there', (o) => {
    drop(o, 'ServiceAccount', 'migrate');
  }],
  ['environment_order', /names what does not stand before it/, 'a name that comes too late', (o) => {
    container(o, 'StatefulSet', 'edge').env.reverse();
  }],
  ['security', /may run as root/, 'root', (o) => {
    delete get(o, 'Deployment', 'api').spec.template.spec.securityContext.runAsNonRoot;
  }],
  ['security', /may write its own files/, 'a writable root', (o) => {
    container(o, 'Deployment', 'matchmaker').securityContext.readOnlyRootFilesystem = false;
  }],
  ['security', /mounts a token/, 'a token of Kubernetes', (o) => {
    get(o, 'StatefulSet', 'edge').spec.template.spec.automountServiceAccountToken = true;
  }],
  ['sizes', /is not its request/, "a promise that the machine can't keep", (o) => {
    container(o, 'Deployment', 'api').resources.limits.memory = '4Gi';
  }],
  ['sizes', /4 shards on 2 requested cores/, 'more shards than cores', (o) => {
    env(o, 'StatefulSet', 'edge', 'WHOOSH_SHARDS').value = '4';
  }],
  ['drain', /960 s to end, and it needs 3630/, 'a drain longer than its time', (o) => {
    get(o, 'ConfigMap', 'whoosh-edge').data.WHOOSH_DRAIN_S = '3600';
  }],
  ['drain', /cuts connections off after 300 s/, 'a load balancer that does not wait', (o) => {
    delete get(o, 'Ingress', 'edge-nodes').metadata.annotations[
      'alb.ingress.kubernetes.io/target-group-attributes'];
  }],
  ['disruption', /lets all 3 pods go at once/, 'a budget that allows everything', (o) => {
    get(o, 'PodDisruptionBudget', 'edge').spec.maxUnavailable = 3;
  }],
  ['disruption', /never lets a pod go/, 'a budget that blocks every upgrade', (o) => {
    get(o, 'PodDisruptionBudget', 'api').spec.maxUnavailable = 0;
  }],
  ['disruption', /has 0 disruption budgets/, 'a workload without a budget', (o) => {
    drop(o, 'PodDisruptionBudget', 'matchmaker');
  }],
  ['autoscaling', /adapter makes no whoosh_palyers/, 'a metric that nobody makes', (o) => {
    get(o, 'HorizontalPodAutoscaler', 'edge').spec.metrics[0].pods.metric.name = 'whoosh_palyers';
  }],
  ['autoscaling', /each apply would undo/, 'two who say how many there are', (o) => {
    get(o, 'StatefulSet', 'edge').spec.replicas = 3;
  }],
  ['autoscaling', /a zone must be able to go/, 'edges that are full when a zone goes', (o) => {
    env(o, 'StatefulSet', 'edge', 'WHOOSH_PLAYERS_MAX').value = '13000';
  }],
  ['edge_nodes', /edge-4 tells wss:.*leads to 0 pods/, 'an edge without an address', (o) => {
    get(o, 'HorizontalPodAutoscaler', 'edge').spec.maxReplicas = 5;
  }],
  ['edge_nodes', /loses its edge while that drains/, 'an address that goes before its edge', (o) => {
    get(o, 'Service', 'edge-1').spec.publishNotReadyAddresses = false;
  }],
  ['edge_nodes', /nothing leads to/, 'no way back by forwarding', (o) => {
    get(o, 'Ingress', 'edges').spec.rules[0].host = 'elsewhere.example';
  }],
  ['load_balancer', /allows old TLS/, 'old TLS', (o) => {
    get(o, 'Ingress', 'web').metadata.annotations['alb.ingress.kubernetes.io/ssl-policy'] =
      'ELBSecurityPolicy-2016-08';
  }],
  ['load_balancer', /asks health elsewhere/, 'a health check that Redis can fail', (o) => {
    get(o, 'Ingress', 'edges').metadata.annotations[
      'alb.ingress.kubernetes.io/healthcheck-path'] = '/readyz';
  }],
  ['load_balancer', /asks the health of edge at port 9090/, "another role's port", (o) => {
    get(o, 'Ingress', 'edges').metadata.annotations[
      'alb.ingress.kubernetes.io/healthcheck-port'] = '9090';
  }],
  ['network', /matchmaker may not reach/, 'a forgotten caller', (o) => {
    get(o, 'NetworkPolicy', 'edge').spec.ingress[0].from[0].podSelector.matchExpressions[0].values =
      ['api', 'edge'];
  }],
  ['network', /lets the whole internet/, 'an open door', (o) => {
    get(o, 'NetworkPolicy', 'from-load-balancer-api').spec.ingress[0].from[0].ipBlock.cidr =
      '0.0.0.0/0';
  }],
  ['network', /nothing is forbidden by default/, 'no default', (o) => {
    drop(o, 'NetworkPolicy', 'nothing');
  }],
  ['spread', /is not spread over zones/, 'all in one zone', (o) => {
    delete get(o, 'StatefulSet', 'edge').spec.template.spec.topologySpreadConstraints;
  }],
  ['images', /names no version/, 'whatever is newest', (o) => {
    container(o, 'Deployment', 'api').image = 'whoosh:latest';
  }],
  ['images', /different images/, 'mixed versions', (o) => {
    container(o, 'Deployment', 'api').image = 'registry.example/whoosh:old';
  }],
];

test('staging as it is has no problem', () => {
  assert.deepEqual(problemsOf(structuredClone(whole), context), []);
});

for (const [rule, sentence, what, spoil] of broken) {
  test(`${rule} finds ${what}`, () => {
    const objects = structuredClone(whole);
    spoil(objects);
    const said = problemsOf(objects, context).filter(([from]) => from === rule);
    assert.ok(said.some(([, text]) => sentence.test(text)), `said ${JSON.stringify(said)}`);
  });
}

test('no rule goes without a broken copy', () => {
  const shown = new Set(broken.map(([rule]) => rule));
  const missing = ['schema', 'knobs', ...Object.keys(rules)].filter((rule) => !shown.has(rule));
  assert.deepEqual(missing, []);
});
