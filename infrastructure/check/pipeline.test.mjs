// What deploy.sh, watch.sh, release.sh and rotation.sh do, in which order, and what they do when
// something goes wrong: each runs for real, with stand-ins for aws, kubectl, curl and docker that
// write down their calls and answer as each test says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import yaml from 'js-yaml';
import { kubectl } from './kubernetes/render.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const cicd = path.resolve(here, '../cicd');
const newer = `1234.dkr.ecr.eu-central-1.amazonaws.com/whoosh@sha256:${'a'.repeat(64)}`;
const former = `1234.dkr.ecr.eu-central-1.amazonaws.com/whoosh@sha256:${'b'.repeat(64)}`;
const good = '{"status":"success","data":{"result":[]}}';
const bad = '{"status":"success","data":{"result":[{"value":[1,"0.4"]}]}}';

// run(SCRIPT, ARGUMENTS, ANSWERS): its end, what it said, and the calls it made.
function run(script, args, answers, env = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'whoosh-pipeline-'));
  try {
    const file = (name, text) => writeFileSync(path.join(folder, name), text);
    for (const name of ['aws', 'kubectl', 'curl', 'docker']) {
      file(name, `#!/bin/sh\nexec "${process.execPath}" "${here}/pipeline/stub.mjs" ${name} "$@"\n`);
      chmodSync(path.join(folder, name), 0o755);
    }
    file('answers.json', JSON.stringify(answers));
    const ended = spawnSync(path.join(cicd, script), args, {
      encoding: 'utf8',
      env: {
        ...process.env, AWS_REGION: 'eu-central-1', WATCH_S: '0', PAUSE_S: '0.01', ...env,
        PATH: `${folder}:${process.env.PATH}`, STUB_KUBECTL: kubectl(),
        STUB_CALLS: path.join(folder, 'calls'), STUB_ANSWERS: path.join(folder, 'answers.json'),
      },
    });
    const log = path.join(folder, 'calls');
    const calls = existsSync(log)
      ? readFileSync(log, 'utf8').trim().split('\n').map((it) => JSON.parse(it)) : [];
    for (const { line, code } of calls) assert.notEqual(code, 97, `nobody foresaw: ${line}`);
    return { status: ended.status, said: ended.stdout + ended.stderr, out: ended.stdout, calls };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lines = ({ calls }) => calls.map(({ line }) => line);
const applied = ({ calls }) => calls.filter(({ rendered }) => rendered).map(({ rendered }) =>
  yaml.loadAll(rendered).filter(Boolean));
const images = (objects) => [...new Set(JSON.stringify(objects).match(/[^"]*@sha256:\w+/g))];
const partition = (objects) => objects.find(({ kind }) => kind === 'StatefulSet')
  ?.spec.updateStrategy.rollingUpdate?.partition;
const before = (run, first, second) => {
  const [a, b] = [first, second].map((it) => lines(run).findIndex((line) => it.test(line)));
  assert.ok(a >= 0 && b > a, `${first} comes before ${second}:\n${lines(run).join('\n')}`);
};

// A cluster of three edges that runs the former image, and where everything goes well.
const healthy = [
  { when: '^kubectl apply -f' },
  { when: '^kubectl apply -k' },
  { when: '^curl .*truststore' },
  { when: 'create configmap', out: 'kind: ConfigMap' },
  { when: 'get deployment api', out: former },
  { when: 'get statefulset edge', out: '3' },
  { when: 'wait --for=condition=complete' },
  { when: 'rollout status' },
  { when: 'patch statefulset edge' },
  { when: '^kubectl get --raw', out: good },
];
const watch = (answers) => run('watch.sh', ['0'], answers);
const deploy = (first, env) => run('deploy.sh', ['staging', newer], [...first, ...healthy], env);

test('a healthy roll-out: schema, one edge watched, then the others', () => {
  const ended = deploy([]);
  assert.equal(ended.status, 0, ended.said);
  const [job, roll, ...more] = applied(ended);
  assert.equal(more.length, 0);
  assert.deepEqual(images(job), [newer]);
  assert.deepEqual(images(roll), [newer]);
  assert.equal(partition(roll), 2, 'only edge-2 of three takes it at first');
  before(ended, /condition=complete/, /rollout status deployment\/api/);
  before(ended, /rollout status deployment\/matchmaker/, /rollout status statefulset\/edge/);
  before(ended, /rollout status statefulset\/edge/, /get --raw/);
  before(ended, /get --raw/, /patch statefulset edge .*"partition":0/);
  assert.match(lines(ended).at(-1), /get --raw/, 'watched once more when all have it');
});

test('a drain that does not end takes the former image back', () => {
  const ended = deploy([{ when: 'rollout status statefulset/edge', times: 1, code: 1 }]);
  assert.equal(ended.status, 1, ended.said);
  assert.match(ended.said, /taken back/);
  assert.deepEqual(applied(ended).map(images), [[newer], [newer], [former]]);
  assert.equal(partition(applied(ended)[2]), undefined, 'all edges go back, not the last only');
  assert.ok(!lines(ended).some((it) => it.includes('patch')));
});

test('errors of REST, late ticks, broken rooms and missing processes take it back', () => {
  const broken = {
    '5xx': /errors: sum/, tick_lateness: /lateness: max/, rooms_broken: /broken: sum/, 'min%28up': /gone: min/,
  };
  for (const [query, words] of Object.entries(broken)) {
    const ended = watch([{ when: `get --raw .*${query}`, out: bad }, { when: 'get --raw', out: good }]);
    assert.equal(ended.status, 1, `${query}: ${ended.said}`);
    assert.match(ended.said, words);
  }
  const ended = deploy([{ when: 'get --raw .*5xx', out: bad, times: 3 }]);
  assert.equal(ended.status, 1, ended.said);
  assert.deepEqual(images(applied(ended).at(-1)), [former]);
});

test('what the load balancer says counts, too', () => {
  const ended = deploy([{ when: '^aws cloudwatch describe-alarms', out: 'players-get-errors\n' }],
    { WHOOSH_ALARMS: 'players-get-errors nobody-answers' });
  assert.equal(ended.status, 1, ended.said);
  assert.match(ended.said, /Alarms: players-get-errors/);
  assert.match(lines(ended).find((it) => it.startsWith('aws')), /players-get-errors nobody-answers/);
});

test('an apply that is refused is no success', () => {
  const ended = deploy([
    { when: '^kubectl apply -k .*migrate' }, { when: '^kubectl apply -k', times: 1, code: 1 }]);
  assert.equal(ended.status, 1, ended.said);
  assert.ok(!lines(ended).some((it) => it.includes('patch')));
  assert.match(ended.said, /taken back/);
});

test('a failed migration changes nothing else, and nobody waits an hour for it', () => {
  const ended = deploy([{ when: 'condition=complete', code: 1 }, { when: 'condition=failed' }]);
  assert.equal(ended.status, 1, ended.said);
  assert.match(ended.said, /nothing else was changed/);
  assert.equal(applied(ended).length, 1);
  assert.equal(lines(ended).filter((it) => it.includes('condition=complete')).length, 1);
});

test('a roll-back that fails calls for a person', () => {
  const ended = deploy([{ when: 'rollout status statefulset/edge', code: 1 }]);
  assert.equal(ended.status, 3, ended.said);
  assert.match(ended.said, /needs a person/);
});

test('the first roll-out of all waits for secrets, then migrates', () => {
  const ended = deploy([{ when: 'get deployment api', out: '' }, { when: 'externalsecret' },
    { when: 'get statefulset edge', out: '' }]);
  assert.equal(ended.status, 0, ended.said);
  before(ended, /condition=Ready .*externalsecret/, /condition=complete/);
  assert.equal(applied(ended).length, 3);
  for (const objects of applied(ended)) assert.deepEqual(images(objects), [newer]);
});

test('an image without a digest is refused before anything is asked', () => {
  const ended = run('deploy.sh', ['staging', 'whoosh:latest'], healthy);
  assert.equal(ended.status, 2);
  assert.equal(ended.calls.length, 0);
});

test('two bad looks are forgiven, and a look that is bad is not the last one', () => {
  const ended = watch([{ when: 'tick_lateness', out: bad, times: 2 }, { when: 'get --raw', out: good }]);
  assert.equal(ended.status, 0, ended.said);
  assert.equal(lines(ended).filter((it) => it.includes('tick_lateness')).length, 3);
});

test('who does not answer counts as bad', () => {
  for (const answer of [{ code: 1 }, { out: '{"status":"error"}' }, { out: 'no JSON' }]) {
    const ended = watch([{ when: 'get --raw', ...answer }]);
    assert.equal(ended.status, 1, ended.said);
    assert.match(ended.said, /Prometheus does not answer/);
  }
});

const release = (first) => run('release.sh', ['1234.dkr.example/whoosh', 'c0ffee'], [...first,
  { when: 'ecr wait image-scan-complete' },
  { when: 'describe-image-scan-findings', out: 'None\n' },
  { when: '^docker buildx imagetools create' },
  { when: 'ecr describe-images', out: 'sha256:dead\n' }]);

test('a release is both scanned architectures under one digest', () => {
  const ended = release([]);
  assert.equal(ended.status, 0, ended.said);
  assert.equal(ended.out, '1234.dkr.example/whoosh@sha256:dead\n');
  for (const arch of ['amd64', 'arm64'])
    before(ended, new RegExp(`scan-findings .*imageTag=c0ffee-${arch}`), /imagetools create/);
});

test('critical findings of either architecture, and a scan that fails, stop a release', () => {
  for (const stop of [{ when: 'scan-findings .*-amd64', out: '2\n' },
    { when: 'scan-findings .*-arm64', out: '1\n' }, { when: 'wait image-scan', code: 255 }]) {
    const ended = release([stop]);
    assert.notEqual(ended.status, 0, ended.said);
    assert.ok(!lines(ended).some((it) => it.startsWith('docker')));
  }
});

const rotation = (answers) => run('rotation.sh', ['artifacts'], answers);

test('the rotation package is uploaded when it is new, and its version named', () => {
  const ended = rotation([{ when: 's3api head-object', code: 254, err: 'An error occurred (404)' },
    { when: 's3api put-object', out: 'v2\n' }]);
  assert.equal(ended.status, 0, ended.said);
  assert.match(ended.out, /key = "rotation.zip", version = "v2"/);
  const sent = Buffer.from(ended.calls[1].sent, 'base64');
  assert.equal(sent.subarray(0, 2).toString(), 'PK');
  assert.ok(sent.includes('rotate_keys.py'), 'the function is at the top, where Lambda looks');
  const hash = /sha256=(\w{64})/.exec(ended.calls[1].line)[1];
  const again = rotation([{ when: 's3api head-object', out: `${hash}\tv2\n` }]);
  assert.equal(again.status, 0, again.said);
  assert.match(again.out, /version = "v2"/);
  assert.equal(again.calls.length, 1, 'the same package is not uploaded twice');
});

test('a store that refuses is not taken for an empty one', () => {
  const ended = rotation([{ when: 's3api head-object', code: 255, err: 'AccessDenied' }]);
  assert.notEqual(ended.status, 0);
  assert.equal(ended.calls.length, 1);
});
