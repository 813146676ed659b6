// Our own rules over all objects of one environment together: what a schema of one object can't say.
// Each takes (objects, context) and answers sentences about what is wrong. kubernetes.test.mjs shows of
// each that it finds something.
//
// context: {name, clustered: of AWS, given: secrets and config maps that come from elsewhere,
// metrics: that autoscalers may ask for}
import {
  configMap, containers, environment, name, ofKind, pods, podSpec, podsOf, replicas, selects,
  service, workloads,
} from './model.mjs';

export const rules = {
  selectors, ports, references, environment_order, security, sizes, drain, disruption, autoscaling,
  edge_nodes, load_balancer, network, spread, images,
};

// Whoever selects pods finds some; a workload finds its own.
function selectors(objects) {
  const wrong = workloads(objects)
    .filter(({ kind }) => kind !== 'Job')
    .filter((it) => !selects(it.spec.selector, it.spec.template.metadata.labels))
    .map((it) => `${name(it)} does not select its own pods`);
  const selecting = [
    ...ofKind(objects, 'Service').map((it) => [it, it.spec.selector]),
    ...ofKind(objects, 'PodDisruptionBudget').map((it) => [it, it.spec.selector]),
    ...ofKind(objects, 'NetworkPolicy').map((it) => [it, it.spec.podSelector]),
    ...workloads(objects).flatMap((it) =>
      (podSpec(it).topologySpreadConstraints ?? []).map((spread) => [it, spread.labelSelector]),
    ),
  ];
  for (const [it, selector] of selecting)
    if (podsOf(objects, selector).length === 0) wrong.push(`${name(it)} selects no pod`);
  for (const it of ofKind(objects, 'Service'))
    if (new Set(podsOf(objects, it.spec.selector).map((pod) => pod.workload)).size > 1)
      wrong.push(`${name(it)} selects pods of several workloads`);
  for (const it of ofKind(objects, 'ServiceMonitor')) {
    const found = ofKind(objects, 'Service').filter(({ metadata }) =>
      selects(it.spec.selector, metadata.labels ?? {}),
    );
    if (found.length !== 1) wrong.push(`${name(it)} selects ${found.length} Services, not one`);
  }
  return wrong;
}

// A port is called what the pod calls it, and is the one that the program opens there.
function ports(objects) {
  const wrong = [];
  const among = (pod, port) =>
    typeof port === 'string' ? port in pod.ports : Object.values(pod.ports).includes(port);
  for (const it of ofKind(objects, 'Service'))
    for (const port of it.spec.ports)
      for (const pod of podsOf(objects, it.spec.selector))
        if (!among(pod, port.targetPort ?? port.port))
          wrong.push(`${name(it)}: ${pod.name} has no port ${port.targetPort ?? port.port}`);
  for (const it of workloads(objects))
    for (const container of containers(it))
      for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) {
        const asked = container[probe]?.httpGet ?? container[probe]?.tcpSocket;
        const own = (container.ports ?? []).flatMap((port) => [port.name, port.containerPort]);
        if (asked && !own.includes(asked.port))
          wrong.push(`${name(it)}: ${probe} asks port ${asked.port}, which is not there`);
      }
  for (const it of ofKind(objects, 'Ingress'))
    for (const { host, path, backend } of backends(it)) {
      const target = service(objects, backend.service.name);
      if (!target?.spec.ports.some((port) => port.name === backend.service.port.name))
        wrong.push(`${name(it)}: ${host}${path} leads to a Service or port that is not there`);
    }
  for (const it of ofKind(objects, 'NetworkPolicy')) wrong.push(...policyPorts(objects, it, among));
  for (const it of ofKind(objects, 'ServiceMonitor'))
    for (const target of ofKind(objects, 'Service'))
      if (selects(it.spec.selector, target.metadata.labels ?? {}))
        for (const { port } of it.spec.endpoints)
          if (!target.spec.ports.some((own) => own.name === port))
            wrong.push(`${name(it)}: ${name(target)} has no port ${port}`);
  return wrong;
}

function policyPorts(objects, policy, among) {
  const wrong = [];
  const look = (selector, list) => {
    for (const { port } of list ?? [])
      if (!podsOf(objects, selector).every((pod) => among(pod, port)))
        wrong.push(`${name(policy)}: not all its pods have a port ${port}`);
  };
  for (const rule of policy.spec.ingress ?? [])
    if (Object.keys(policy.spec.podSelector).length > 0) look(policy.spec.podSelector, rule.ports);
  for (const rule of policy.spec.egress ?? [])
    for (const to of rule.to ?? [])
      if (to.podSelector && !to.namespaceSelector) look(to.podSelector, rule.ports);
  return wrong;
}

const backends = (ingress) =>
  ingress.spec.rules.flatMap(({ host, http }) =>
    http.paths.map(({ path, backend }) => ({ host, path, backend })),
  );

// Every secret, config map, service account and volume that is named exists, with the key asked for.
function references(objects, { given }) {
  const wrong = [];
  const keys = (kind, wanted) => {
    if (kind === 'ConfigMap' && configMap(objects, wanted))
      return Object.keys(configMap(objects, wanted).data ?? {});
    const external = ofKind(objects, 'ExternalSecret').find((it) => it.spec.target.name === wanted);
    if (kind === 'Secret' && external)
      return external.spec.dataFrom ? null : external.spec.data.map((entry) => entry.secretKey);
    return given.includes(wanted) ? null : [];
  };
  const ask = (it, kind, wanted, key) => {
    const has = keys(kind, wanted);
    if (has && (has.length === 0 || (key && !has.includes(key))))
      wrong.push(`${name(it)}: there is no ${kind} ${wanted}${key ? ` with ${key}` : ''}`);
  };
  for (const it of workloads(objects)) {
    const spec = podSpec(it);
    const accounts = ofKind(objects, 'ServiceAccount').map(({ metadata }) => metadata.name);
    if (spec.serviceAccountName && !accounts.includes(spec.serviceAccountName))
      wrong.push(`${name(it)}: there is no ServiceAccount ${spec.serviceAccountName}`);
    for (const volume of spec.volumes ?? []) {
      if (volume.secret) ask(it, 'Secret', volume.secret.secretName);
      if (volume.configMap) ask(it, 'ConfigMap', volume.configMap.name);
    }
    const volumes = [
      ...(spec.volumes ?? []),
      ...(it.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata),
    ].map((volume) => volume.name);
    for (const container of containers(it)) {
      for (const mount of container.volumeMounts ?? [])
        if (!volumes.includes(mount.name)) wrong.push(`${name(it)}: no volume ${mount.name}`);
      for (const from of container.envFrom ?? []) ask(it, 'ConfigMap', from.configMapRef.name);
      for (const { valueFrom } of container.env ?? []) {
        if (valueFrom?.secretKeyRef)
          ask(it, 'Secret', valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key);
        if (valueFrom?.configMapKeyRef)
          ask(it, 'ConfigMap', valueFrom.configMapKeyRef.name, valueFrom.configMapKeyRef.key);
      }
      for (const [key, file] of Object.entries(environment(objects, container, () => ''))) {
        if (!key.startsWith('WHOOSH_') || !key.endsWith('_FILE')) continue;
        const mount = (container.volumeMounts ?? []).find(({ mountPath }) =>
          file.startsWith(`${mountPath}/`),
        );
        const volume = (spec.volumes ?? []).find((one) => one.name === mount?.name);
        if (!volume?.secret) wrong.push(`${name(it)}: ${key}=${file} is in no mounted secret`);
        else ask(it, 'Secret', volume.secret.secretName, file.slice(mount.mountPath.length + 1));
      }
    }
  }
  return wrong;
}

// $(NAME) is filled in from what stands before it only.
function environment_order(objects) {
  return workloads(objects).flatMap((it) =>
    containers(it).flatMap((container) =>
      Object.entries(environment(objects, container, () => 'x'))
        .filter(([, value]) => /\$\(/.test(value))
        .map(([key, value]) => `${name(it)}: ${key}=${value} names what does not stand before it`),
    ),
  );
}

function security(objects) {
  const wrong = [];
  for (const it of workloads(objects)) {
    const spec = podSpec(it);
    const need = (holds, what) => holds || wrong.push(`${name(it)}: ${what}`);
    need(spec.securityContext?.runAsNonRoot === true, 'may run as root');
    need(spec.securityContext?.runAsUser > 0, 'names no user');
    need(spec.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile');
    need(spec.automountServiceAccountToken === false, 'mounts a token of Kubernetes');
    need(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, 'is in the namespaces of its host');
    for (const container of containers(it)) {
      const context = container.securityContext ?? {};
      need(context.allowPrivilegeEscalation === false, `${container.name} may gain rights`);
      need(context.readOnlyRootFilesystem === true, `${container.name} may write its own files`);
      need(context.capabilities?.drop?.includes('ALL'), `${container.name} keeps capabilities`);
      need(!context.privileged, `${container.name} is privileged`);
    }
  }
  const namespace = ofKind(objects, 'Namespace')[0];
  if (namespace && namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
    wrong.push(`${name(namespace)} does not enforce the restricted profile`);
  return wrong;
}

// Whoever asks for nothing is thrown out first; whoever is throttled is late.
function sizes(objects, { clustered }) {
  const wrong = [];
  for (const it of workloads(objects))
    for (const container of containers(it)) {
      const { requests = {}, limits = {} } = container.resources ?? {};
      if (!requests.cpu || !requests.memory) wrong.push(`${name(it)}: asks for no CPU or memory`);
      if (limits.memory !== requests.memory)
        wrong.push(`${name(it)}: memory's limit ${limits.memory} is not its request`);
      if (limits.cpu) wrong.push(`${name(it)}: has a limit of CPU`);
      const shards = container.env?.find((entry) => entry.name === 'WHOOSH_SHARDS')?.value;
      if (clustered && shards && shards !== requests.cpu)
        wrong.push(`${name(it)}: ${shards} shards on ${requests.cpu} requested cores`);
    }
  return wrong;
}

// What a program does to end fits into the time that it is given.
function drain(objects, { clustered }) {
  const wrong = [];
  const margin_s = 30;
  for (const it of workloads(objects)) {
    const spec = podSpec(it);
    for (const container of spec.containers) {
      const env = environment(objects, container, () => '');
      const own_s = Number(env.WHOOSH_DRAIN_S ?? 0);
      const pause_s = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
      const stop_s = own_s > 0 ? own_s + margin_s : pause_s > 0 ? pause_s + 10 : 0;
      if ((spec.terminationGracePeriodSeconds ?? 30) < stop_s)
        wrong.push(
          `${name(it)}: ${spec.terminationGracePeriodSeconds ?? 30} s to end, and it needs ${stop_s}`,
        );
      if (container.args?.[0] === 'edge' && own_s === 0) wrong.push(`${name(it)}: does not drain`);
      if (!clustered || own_s === 0) continue;
      for (const ingress of ofKind(objects, 'Ingress'))
        for (const { backend } of backends(ingress)) {
          const target = service(objects, backend.service.name);
          const led = target && podsOf(objects, target.spec.selector).some((p) => p.workload === it);
          if (led && deregistration_s(ingress) < stop_s)
            wrong.push(`${name(ingress)}: cuts connections off after ${deregistration_s(ingress)} s`);
        }
    }
  }
  return [...new Set(wrong)];
}

function deregistration_s(ingress) {
  const attributes = annotation(ingress, 'target-group-attributes') ?? '';
  return Number(/deregistration_delay\.timeout_seconds=(\d+)/.exec(attributes)?.[1] ?? 300);
}
const annotation = (it, key) => it.metadata.annotations?.[`alb.ingress.kubernetes.io/${key}`];

// One budget a workload, which lets at least one pod go and keeps at least one.
function disruption(objects, { clustered }) {
  const wrong = [];
  for (const it of workloads(objects).filter(({ kind }) => kind !== 'Job')) {
    const own = ofKind(objects, 'PodDisruptionBudget').filter((budget) =>
      selects(budget.spec.selector, it.spec.template.metadata.labels),
    );
    if (!clustered && own.length === 0) continue;
    if (own.length !== 1) wrong.push(`${name(it)} has ${own.length} disruption budgets, not one`);
    const { min } = replicas(objects, it);
    for (const budget of own) {
      const { maxUnavailable, minAvailable } = budget.spec;
      const gone = maxUnavailable ?? min - minAvailable;
      if (gone < 1) wrong.push(`${name(budget)} never lets a pod go`);
      if (clustered && gone >= min) wrong.push(`${name(budget)} lets all ${min} pods go at once`);
    }
  }
  return wrong;
}

function autoscaling(objects, { metrics }) {
  const wrong = [];
  for (const it of ofKind(objects, 'HorizontalPodAutoscaler')) {
    const { kind, name: wanted } = it.spec.scaleTargetRef;
    const target = ofKind(objects, kind).find(({ metadata }) => metadata.name === wanted);
    if (!target) {
      wrong.push(`${name(it)}: there is no ${kind}/${wanted}`);
      continue;
    }
    if (target.spec.replicas !== undefined)
      wrong.push(`${name(target)}: each apply would undo what its autoscaler did`);
    if (!(it.spec.minReplicas >= 2 && it.spec.minReplicas <= it.spec.maxReplicas))
      wrong.push(`${name(it)}: from ${it.spec.minReplicas} to ${it.spec.maxReplicas} replicas`);
    const env = environment(objects, podSpec(target).containers[0], () => '');
    for (const { pods: metric } of it.spec.metrics) {
      if (metric && !metrics.includes(metric.metric.name))
        wrong.push(`${name(it)}: the adapter makes no ${metric.metric.name}`);
      if (metric?.metric.name === 'whoosh_players') {
        const share = Number(metric.target.averageValue) / Number(env.WHOOSH_PLAYERS_MAX);
        if (!(share > 0.3 && share <= 0.67))
          wrong.push(`${name(it)}: aims at ${share} of an edge's seats; a zone must be able to go`);
      }
    }
  }
  return wrong;
}

// Each edge that there may be has the address that it tells players, and that leads to it alone.
function edge_nodes(objects, { clustered }) {
  if (!clustered) return [];
  const wrong = [];
  for (const pod of pods(objects).filter((one) => one.workload.kind === 'StatefulSet')) {
    const env = environment(objects, podSpec(pod.workload).containers[0], () => pod.name);
    const told = env.WHOOSH_ADVERTISE_WS_URL;
    const rule = ofKind(objects, 'Ingress')
      .flatMap(backends)
      .find(({ host, path }) => `wss://${host}${path}` === told);
    const target = rule && service(objects, rule.backend.service.name);
    const found = target ? podsOf(objects, target.spec.selector) : [];
    if (found.length !== 1 || found[0].name !== pod.name)
      wrong.push(`${pod.name} tells ${told}, which leads to ${found.length} pods`);
    else if (!target.spec.publishNotReadyAddresses)
      wrong.push(`${name(target)} loses its edge while that drains`);
  }
  const any = ofKind(objects, 'ConfigMap').filter((it) => it.data?.WHOOSH_EDGE_URL);
  for (const it of any)
    if (
      !ofKind(objects, 'Ingress')
        .flatMap(backends)
        .some(({ host, path }) => `wss://${host}${path}` === it.data.WHOOSH_EDGE_URL)
    )
      wrong.push(`${name(it)}: nothing leads to ${it.data.WHOOSH_EDGE_URL}`);
  return wrong;
}

// TLS everywhere, health asked where it is answered, one load balancer for all.
function load_balancer(objects) {
  const wrong = [];
  const groups = new Set();
  for (const it of ofKind(objects, 'Ingress')) {
    const need = (holds, what) => holds || wrong.push(`${name(it)}: ${what}`);
    groups.add(annotation(it, 'group.name'));
    need(annotation(it, 'ssl-redirect') === '443', 'does not lead HTTP to HTTPS');
    need(/TLS13/.test(annotation(it, 'ssl-policy')), 'allows old TLS');
    need(annotation(it, 'healthcheck-path') === '/livez', 'asks health elsewhere than /livez');
    const port = Number(annotation(it, 'healthcheck-port'));
    for (const { backend } of backends(it)) {
      const target = service(objects, backend.service.name);
      const asked = target ? podsOf(objects, target.spec.selector) : [];
      need(
        asked.every((pod) => pod.ports.ops === port),
        `asks the health of ${backend.service.name} at port ${port}`,
      );
    }
  }
  if (groups.size > 1) wrong.push(`Ingresses are in ${groups.size} groups: ${[...groups]}`);
  return wrong;
}

// Who has to reach whom may, and the cluster's calls are for the cluster alone.
function network(objects, { clustered }) {
  const wrong = [];
  const from = (role) => pods(objects).find((pod) => pod.labels['app.kubernetes.io/name'] === role);
  const to = from('edge');
  const needed = [
    ['api', 'internal'], ['matchmaker', 'internal'], ['edge', 'internal'], ['edge', 'ws'],
  ];
  for (const [role, port] of needed) {
    if (!from(role) || !to) continue;
    if (!lets(objects, 'Egress', from(role), to, port) || !lets(objects, 'Ingress', to, from(role), port))
      wrong.push(`${role} may not reach port ${port} of edges`);
  }
  if (!ofKind(objects, 'NetworkPolicy').some(denies_all)) wrong.push('nothing is forbidden by default');
  for (const policy of ofKind(objects, 'NetworkPolicy'))
    for (const rule of [...(policy.spec.ingress ?? []), ...(policy.spec.egress ?? [])]) {
      const peers = [...(rule.from ?? []), ...(rule.to ?? [])];
      if (clustered && peers.length === 0) wrong.push(`${name(policy)} lets everybody`);
      for (const { ipBlock } of peers) {
        if (ipBlock?.cidr === '0.0.0.0/0') wrong.push(`${name(policy)} lets the whole internet`);
        if (ipBlock && (rule.ports ?? []).some(({ port }) => port === 'internal'))
          wrong.push(`${name(policy)} opens the cluster's calls to addresses outside`);
      }
    }
  return wrong;
}

const denies_all = ({ spec }) =>
  Object.keys(spec.podSelector).length === 0 &&
  spec.policyTypes.length === 2 && !spec.ingress && !spec.egress;

// Is `peer` allowed at `port` (of the one that is connected to) by the policies of `pod`?
function lets(objects, type, pod, peer, port) {
  const key = type === 'Ingress' ? 'from' : 'to';
  const number = (type === 'Ingress' ? pod : peer).ports[port];
  return ofKind(objects, 'NetworkPolicy')
    .filter(({ spec }) => spec.policyTypes.includes(type) && selects(spec.podSelector, pod.labels))
    .flatMap(({ spec }) => spec[type.toLowerCase()] ?? [])
    .some(
      (rule) =>
        (!rule.ports || rule.ports.some((one) => one.port === port || one.port === number)) &&
        (!rule[key] ||
          rule[key].some(
            (one) => one.podSelector && !one.namespaceSelector && selects(one.podSelector, peer.labels),
          )),
    );
}

function spread(objects, { clustered }) {
  if (!clustered) return [];
  return workloads(objects)
    .filter(({ kind }) => kind !== 'Job')
    .filter(
      (it) =>
        !(podSpec(it).topologySpreadConstraints ?? []).some(
          (one) =>
            one.topologyKey === 'topology.kubernetes.io/zone' &&
            one.maxSkew === 1 &&
            one.whenUnsatisfiable === 'DoNotSchedule',
        ),
    )
    .map((it) => `${name(it)} is not spread over zones`);
}

// One image for all roles; never "whatever is newest".
function images(objects) {
  const all = workloads(objects).flatMap((it) => containers(it).map(({ image }) => image));
  const wrong = all.filter((image) => !/[:@]/.test(image) || image.endsWith(':latest'));
  const own = new Set(all.filter((image) => /(^|\/)whoosh[:@]/.test(image)));
  return [
    ...wrong.map((image) => `${image} names no version`),
    ...(own.size > 1 ? [`roles run different images: ${[...own].join(', ')}`] : []),
  ];
}
