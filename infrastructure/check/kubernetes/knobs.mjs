// The environment and flags of each container, given to the program itself: `whoosh <role>
// --print-config` must take them, know every name, and mean the ports and folders that the manifest
// gives it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { containers, environment, name, podSpec, workloads } from './model.mjs';

const knob_of_port = { http: 'http-port', ws: 'edge-port', ops: 'ops-port', internal: 'internal-port' };
const samples = { 'metadata.name': 'edge-0', 'status.podIP': '10.0.0.7' };
const secrets = {
  WHOOSH_STATE_FILE: 'rediss+cluster://whoosh:secret@state.example:6379',
  WHOOSH_CLUSTER_SECRET_FILE: 'a secret of more than thirty-two characters',
  WHOOSH_DATABASE_FILE: 'postgres://whoosh:secret@database.example/whoosh?sslmode=verify-full',
};

export function knobProblems(objects, whoosh) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'whoosh-knobs-'));
  try {
    return workloads(objects).flatMap((it) =>
      containers(it)
        .filter(({ image }) => /(^|\/)whoosh[:@]/.test(image))
        .flatMap((container) =>
          problemsOf(objects, it, container, whoosh, folder).map((text) => `${name(it)}: ${text}`),
        ),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function problemsOf(objects, workload, container, whoosh, folder) {
  const [role, ...flags] = container.args ?? [];
  const all = environment(objects, container, (field) => samples[field] ?? 'postgres://db/whoosh');
  const env = Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith('WHOOSH_')));
  const known = knownNames(whoosh, role);
  if (known.size === 0) return [`whoosh has no role ${role}`];
  const wrong = Object.keys(env)
    .filter((key) => !known.has(key))
    .map((key) => `${key} is no knob of whoosh ${role}`);
  if (role === 'migrate') return wrong;
  const given = { ...env };
  for (const [key, value] of Object.entries(secrets))
    if (given[key]) {
      given[key] = path.join(folder, key);
      writeFileSync(given[key], value);
    }
  const ran = run(whoosh, [role, ...flags, '--print-config'], given);
  if (ran.status !== 0) return [...wrong, `whoosh ${role} refuses it: ${ran.stderr.trim()}`];
  const meant = Object.fromEntries(
    ran.stdout.split('\n').filter(Boolean).map((line) => line.split(/ = (.*)/s, 2)),
  );
  return [...wrong, ...portProblems(container, meant), ...folderProblems(workload, container, meant)];
}

function portProblems(container, meant) {
  const ports = Object.fromEntries((container.ports ?? []).map((it) => [it.name, it.containerPort]));
  const wrong = [];
  for (const [port, knob] of Object.entries(knob_of_port)) {
    if (!(knob in meant)) {
      if (port in ports) wrong.push(`has a port ${port}, which the program does not open`);
    } else if (String(ports[port]) !== meant[knob])
      wrong.push(`port ${port} is ${ports[port]}, and the program opens ${meant[knob]}`);
  }
  for (const [knob, port] of [['ops-listen', 'ops'], ['internal-listen', 'internal'], ['listen', 'ws']])
    if (knob in meant && meant[knob].startsWith('127.'))
      wrong.push(`--${knob} is ${meant[knob]}: nobody outside the pod reaches ${port}`);
  return wrong;
}

function folderProblems(workload, container, meant) {
  const mounts = container.volumeMounts ?? [];
  const wrong = [];
  if (!mounts.some(({ mountPath }) => mountPath === meant.keys))
    wrong.push(`--keys is ${meant.keys}, which is not mounted`);
  if ('data' in meant && !mounts.some((it) => it.mountPath === meant.data && !it.readOnly))
    wrong.push(`--data is ${meant.data}, which can't be written`);
  const claims = (workload.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  const data = mounts.find(({ mountPath }) => mountPath === meant.data)?.name;
  if ('data' in meant && !claims.includes(data))
    wrong.push('--data is gone with the pod, and the results that wait there with it');
  for (const volume of podSpec(workload).volumes ?? [])
    if ('edge-port' in meant && volume.secret?.secretName === 'whoosh-keys')
      wrong.push('an edge gets the private keys');
  return wrong;
}

const cache = new Map();
function knownNames(whoosh, role) {
  if (!cache.has(role)) {
    const help = run(whoosh, [role ?? '', '--help'], {});
    cache.set(role, new Set(help.status === 0 ? help.stdout.match(/WHOOSH_[A-Z_]+/g) : []));
  }
  return cache.get(role);
}

function run(whoosh, args, env) {
  const ran = spawnSync(whoosh, args, { env, encoding: 'utf8', timeout: 20_000 });
  if (ran.error) throw ran.error;
  return ran;
}
