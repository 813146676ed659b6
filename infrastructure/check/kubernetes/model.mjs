// What Kubernetes would make of a list of objects, as far as our rules ask: which pods there are, with
// which labels and ports, and who selects them.

export const name = (object) => `${object.kind}/${object.metadata.name}`;
export const ofKind = (objects, ...kinds) => objects.filter((object) => kinds.includes(object.kind));
export const workloads = (objects) => ofKind(objects, 'Deployment', 'StatefulSet', 'Job');
export const podSpec = (workload) => workload.spec.template.spec;
export const containers = (workload) => [
  ...(podSpec(workload).initContainers ?? []),
  ...podSpec(workload).containers,
];

// {min, max} of a workload's replicas: its autoscaler's, else its own number.
export function replicas(objects, workload) {
  const scaler = ofKind(objects, 'HorizontalPodAutoscaler').find(
    ({ spec }) =>
      spec.scaleTargetRef.kind === workload.kind &&
      spec.scaleTargetRef.name === workload.metadata.name,
  );
  if (scaler) return { min: scaler.spec.minReplicas ?? 1, max: scaler.spec.maxReplicas, scaler };
  const count = workload.kind === 'Job' ? 1 : (workload.spec.replicas ?? 1);
  return { min: count, max: count };
}

// One entry for each pod that there may be: {workload, name, labels, ports: {name: number}}.
export function pods(objects) {
  return workloads(objects).flatMap((workload) => {
    const ports = Object.fromEntries(
      podSpec(workload).containers.flatMap((container) =>
        (container.ports ?? []).map((port) => [port.name, port.containerPort]),
      ),
    );
    const labels = workload.spec.template.metadata.labels ?? {};
    const count = workload.kind === 'StatefulSet' ? replicas(objects, workload).max : 1;
    return Array.from({ length: count }, (_, ordinal) => {
      const pod = `${workload.metadata.name}-${ordinal}`;
      const own =
        workload.kind === 'StatefulSet' ? { 'statefulset.kubernetes.io/pod-name': pod } : {};
      return { workload, name: pod, labels: { ...labels, ...own }, ports };
    });
  });
}

export function selects(selector, labels) {
  const wanted = selector?.matchLabels ?? (selector?.matchExpressions ? {} : (selector ?? {}));
  if (!Object.entries(wanted).every(([key, value]) => labels[key] === value)) return false;
  return (selector?.matchExpressions ?? []).every(({ key, operator, values }) => {
    if (operator === 'In') return values.includes(labels[key]);
    if (operator === 'NotIn') return !values.includes(labels[key]);
    if (operator === 'Exists') return key in labels;
    return !(key in labels);
  });
}

export const podsOf = (objects, selector) =>
  pods(objects).filter((pod) => selects(selector, pod.labels));
export const service = (objects, wanted) =>
  ofKind(objects, 'Service').find(({ metadata }) => metadata.name === wanted);
export const configMap = (objects, wanted) =>
  ofKind(objects, 'ConfigMap').find(({ metadata }) => metadata.name === wanted);

// The environment of a container, as far as the manifests say it: {name: value}; `sample` stands in
// for what only a running pod knows.
export function environment(objects, container, sample) {
  const out = {};
  for (const from of container.envFrom ?? [])
    Object.assign(out, configMap(objects, from.configMapRef?.name)?.data ?? {});
  for (const entry of container.env ?? []) {
    const { fieldRef, configMapKeyRef, secretKeyRef } = entry.valueFrom ?? {};
    if (fieldRef) out[entry.name] = sample(fieldRef.fieldPath);
    else if (secretKeyRef) out[entry.name] = sample(`secret:${secretKeyRef.name}`);
    else if (configMapKeyRef)
      out[entry.name] = configMap(objects, configMapKeyRef.name)?.data?.[configMapKeyRef.key] ?? '';
    else out[entry.name] = expand(entry.value ?? '', out);
  }
  return out;
}

// $(NAME) as the kubelet does it: only names that came before; others stay as they are.
const expand = (text, known) =>
  text.replace(/\$\(([A-Za-z_]\w*)\)/g, (whole, key) => known[key] ?? whole);
