// The kinds that our manifests use, for ts-json-schema-generator: what is not in a type is refused.
export type { ConfigMap, Namespace, Service, ServiceAccount } from 'kubernetes-types/core/v1';
export type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
export type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
export type { Job } from 'kubernetes-types/batch/v1';
export type { Ingress, NetworkPolicy } from 'kubernetes-types/networking/v1';
export type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
export type { StorageClass } from 'kubernetes-types/storage/v1';
import type { IPrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import type { IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1beta1/ExternalSecret';
import type { ISecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1beta1/SecretStore';

export type PrometheusRule = IPrometheusRule;
export type ServiceMonitor = IServiceMonitor;
// v1 has the fields of v1beta1, under a name that is served for longer.
type V1<T> = Omit<T, 'apiVersion'> & { apiVersion: 'external-secrets.io/v1' };
export type ExternalSecret = V1<IExternalSecret>;
export type SecretStore = V1<ISecretStore>;
