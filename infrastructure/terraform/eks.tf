resource "aws_cloudwatch_log_group" "eks" {
  name              = "/aws/eks/${local.name}/cluster"
  retention_in_days = local.production ? 90 : 14
  kms_key_id        = aws_kms_key.main["logs"].arn
}

resource "aws_eks_cluster" "main" {
  name                          = local.name
  version                       = var.kubernetes_version
  role_arn                      = aws_iam_role.eks.arn
  enabled_cluster_log_types     = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  bootstrap_self_managed_addons = false

  vpc_config {
    subnet_ids              = aws_subnet.private[*].id
    endpoint_private_access = true
    endpoint_public_access  = length(var.kubernetes_api_cidrs) > 0
    public_access_cidrs     = length(var.kubernetes_api_cidrs) > 0 ? var.kubernetes_api_cidrs : null
  }

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = false
  }

  encryption_config {
    resources = ["secrets"]
    provider {
      key_arn = aws_kms_key.main["cluster"].arn
    }
  }

  upgrade_policy {
    support_type = "STANDARD"
  }

  depends_on = [aws_cloudwatch_log_group.eks, aws_iam_role_policy_attachment.eks]
}

resource "aws_iam_role" "eks" {
  name = "${local.name}-eks"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "eks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "eks" {
  role       = aws_iam_role.eks.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

# People. The pipeline's access is given in infrastructure/cicd.
resource "aws_eks_access_entry" "administrators" {
  for_each      = toset(var.administrator_role_arns)
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = each.value
}

resource "aws_eks_access_policy_association" "administrators" {
  for_each      = toset(var.administrator_role_arns)
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = each.value
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
  access_scope {
    type = "cluster"
  }
  depends_on = [aws_eks_access_entry.administrators]
}

locals {
  addons = {
    # Network policies are held by the CNI; without it they would be words.
    vpc-cni = jsonencode({
      enableNetworkPolicy = "true"
      env                 = { ENABLE_PREFIX_DELEGATION = "true" }
    })
    kube-proxy         = null
    coredns            = jsonencode({ tolerations = [{ key = "whoosh/pool", operator = "Exists" }] })
    aws-ebs-csi-driver = null
    metrics-server     = null
  }
  # These want to run on machines; the others are what machines need to become ready.
  addons_after_nodes = ["coredns", "aws-ebs-csi-driver", "metrics-server"]
}

resource "aws_eks_addon" "network" {
  for_each                    = { for name, values in local.addons : name => values if !contains(local.addons_after_nodes, name) }
  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = each.key
  configuration_values        = each.value
  resolve_conflicts_on_update = "OVERWRITE"
}

resource "aws_eks_addon" "main" {
  for_each                    = { for name, values in local.addons : name => values if contains(local.addons_after_nodes, name) }
  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = each.key
  configuration_values        = each.value
  service_account_role_arn    = each.key == "aws-ebs-csi-driver" ? aws_iam_role.pod["ebs-csi"].arn : null
  resolve_conflicts_on_update = "OVERWRITE"
  depends_on                  = [aws_eks_node_group.services]
}

resource "aws_iam_openid_connect_provider" "eks" {
  url            = aws_eks_cluster.main.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}
