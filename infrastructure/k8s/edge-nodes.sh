#!/usr/bin/env bash
# edge-nodes.sh COUNT HOST >overlays/ENVIRONMENT/edge-nodes.yaml: for each edge that there may be
# (the autoscaler's maximum) a Service of its own and its rule in the load balancer. HOST: the
# overlay's EDGE_HOST.
set -euo pipefail
count="${1:?usage: edge-nodes.sh COUNT HOST}"
host="${2:?usage: edge-nodes.sh COUNT HOST}"

cat <<EOF
# Written by edge-nodes.sh $count $host
#
# Each Service has one pod and keeps it while it drains (publishNotReadyAddresses): players who lost
# their connection come back to their room. Health is /livez, for the same reason.
EOF
for ((node = 0; node < count; node++)); do
  cat <<EOF
apiVersion: v1
kind: Service
metadata:
  name: edge-$node
  labels: {app.kubernetes.io/name: edge}
spec:
  publishNotReadyAddresses: true
  selector:
    app.kubernetes.io/name: edge
    statefulset.kubernetes.io/pod-name: edge-$node
  ports:
    - {name: ws, port: 8080, targetPort: ws}
---
EOF
done
cat <<'EOF'
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: edge-nodes
  annotations:
    alb.ingress.kubernetes.io/group.name: LOAD_BALANCER
    alb.ingress.kubernetes.io/load-balancer-name: LOAD_BALANCER
    alb.ingress.kubernetes.io/security-groups: SECURITY_GROUP
    alb.ingress.kubernetes.io/manage-backend-security-group-rules: "false"
    alb.ingress.kubernetes.io/scheme: internet-facing
    alb.ingress.kubernetes.io/ip-address-type: dualstack
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 80}, {"HTTPS": 443}]'
    alb.ingress.kubernetes.io/ssl-redirect: "443"
    alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-TLS13-1-2-2021-06
    alb.ingress.kubernetes.io/healthcheck-port: "9091"
    alb.ingress.kubernetes.io/healthcheck-path: /livez
    alb.ingress.kubernetes.io/healthcheck-interval-seconds: "5"
    alb.ingress.kubernetes.io/healthcheck-timeout-seconds: "3"
    alb.ingress.kubernetes.io/target-group-attributes: deregistration_delay.timeout_seconds=960
spec:
  ingressClassName: alb
  rules:
EOF
for ((node = 0; node < count; node++)); do
  cat <<EOF
    - host: edge-$node.$host
      http:
        paths:
          - path: /ws
            pathType: Exact
            backend: {service: {name: edge-$node, port: {name: ws}}}
EOF
done
