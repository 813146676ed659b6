output "kubernetes_environment" {
  description = "infrastructure/k8s/overlays/<environment>/environment.yaml for this account."
  value = yamlencode({
    apiVersion = "v1"
    kind       = "ConfigMap"
    metadata   = { name = "environment" }
    data = {
      NAME                         = var.environment
      REGION                       = var.region
      PLAY_HOST                    = var.play_host
      EDGE_HOST                    = local.edge_host
      LOAD_BALANCER                = local.name
      LOAD_BALANCER_SECURITY_GROUP = aws_security_group.load_balancer.id
      PUBLIC_SUBNETS               = cidrsubnet(var.vpc_cidr, 4, 0)
      DATA_SUBNETS                 = cidrsubnet(var.vpc_cidr, 4, 2)
      SECRETS_ROLE                 = aws_iam_role.pod["secrets"].arn
    }
  })
}

output "cluster_name" {
  value = aws_eks_cluster.main.name
}

output "repository_url" {
  value = one(aws_ecr_repository.main[*].repository_url)
}

output "database_endpoint" {
  value = aws_rds_cluster.main.endpoint
}

output "pod_roles" {
  description = "For the Helm charts of the controllers."
  value       = { for name, role in aws_iam_role.pod : name => role.arn }
}
