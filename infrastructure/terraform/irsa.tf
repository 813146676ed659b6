# Roles of pods: a service account of the cluster becomes one role, with what that program does and
# nothing else. Whoosh's own processes call no AWS service and have none.
locals {
  issuer        = replace(aws_eks_cluster.main.identity[0].oidc[0].issuer, "https://", "")
  of_cluster    = { StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = local.name } }
  as_cluster    = { StringEquals = { "aws:RequestTag/elbv2.k8s.aws/cluster" = local.name } }
  balancing     = "arn:aws:elasticloadbalancing:${var.region}:${var.account_id}"
  of_ebs        = { StringEquals = { "aws:ResourceTag/ebs.csi.aws.com/cluster" = "true" } }
  as_ebs        = { StringEquals = { "aws:RequestTag/ebs.csi.aws.com/cluster" = "true" } }
  ec2           = "arn:aws:ec2:${var.region}:${var.account_id}"
  groups_in_eks = "arn:aws:autoscaling:${var.region}:${var.account_id}:autoScalingGroup:*:autoScalingGroupName/eks-*"

  pods = {
    secrets = {
      account = "whoosh:secrets"
      statements = [
        {
          Effect   = "Allow"
          Action   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
          Resource = [for secret in aws_secretsmanager_secret.main : secret.arn]
        },
        {
          Effect    = "Allow"
          Action    = ["kms:Decrypt"]
          Resource  = [aws_kms_key.main["secrets"].arn]
          Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
        },
      ]
    }
    ebs-csi = {
      account = "kube-system:ebs-csi-controller-sa"
      statements = [
        {
          # Describing takes no resource; the region is what can be said.
          Effect    = "Allow"
          Action    = ["ec2:DescribeVolumes", "ec2:DescribeInstances", "ec2:DescribeAvailabilityZones", "ec2:DescribeTags", "ec2:DescribeVolumesModifications"]
          Resource  = ["*"]
          Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
        },
        {
          Effect    = "Allow"
          Action    = ["ec2:CreateVolume"]
          Resource  = ["${local.ec2}:volume/*"]
          Condition = local.as_ebs
        },
        {
          Effect    = "Allow"
          Action    = ["ec2:CreateTags"]
          Resource  = ["${local.ec2}:volume/*"]
          Condition = { StringEquals = { "ec2:CreateAction" = "CreateVolume" } }
        },
        {
          Effect    = "Allow"
          Action    = ["ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume", "ec2:ModifyVolume"]
          Resource  = ["${local.ec2}:volume/*"]
          Condition = local.of_ebs
        },
        {
          Effect    = "Allow"
          Action    = ["ec2:AttachVolume", "ec2:DetachVolume"]
          Resource  = ["${local.ec2}:instance/*"]
          Condition = { StringEquals = { "aws:ResourceTag/eks:cluster-name" = local.name } }
        },
        {
          Effect    = "Allow"
          Action    = ["kms:CreateGrant"]
          Resource  = [aws_kms_key.main["cluster"].arn]
          Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
        },
        {
          Effect   = "Allow"
          Action   = ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"]
          Resource = [aws_kms_key.main["cluster"].arn]
        },
      ]
    }
    autoscaler = {
      account = "kube-system:cluster-autoscaler"
      statements = [
        {
          Effect    = "Allow"
          Action    = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeLaunchConfigurations", "autoscaling:DescribeScalingActivities", "autoscaling:DescribeTags", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeImages", "ec2:GetInstanceTypesFromInstanceRequirements"]
          Resource  = ["*"]
          Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
        },
        {
          Effect    = "Allow"
          Action    = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
          Resource  = [local.groups_in_eks]
          Condition = { StringEquals = { "aws:ResourceTag/eks:cluster-name" = local.name } }
        },
        {
          Effect   = "Allow"
          Action   = ["eks:DescribeNodegroup"]
          Resource = ["arn:aws:eks:${var.region}:${var.account_id}:nodegroup/${local.name}/*/*"]
        },
      ]
    }
    load-balancer = {
      account = "kube-system:aws-load-balancer-controller"
      statements = [
        {
          Effect    = "Allow"
          Action    = ["ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:DescribeSecurityGroups", "ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "ec2:DescribeTags", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListenerCertificates", "elasticloadbalancing:DescribeSSLPolicies", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing:DescribeTags", "acm:ListCertificates"]
          Resource  = ["*"]
          Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
        },
        {
          Effect   = "Allow"
          Action   = ["acm:DescribeCertificate"]
          Resource = [aws_acm_certificate.main.arn]
        },
        {
          # Listeners, rules and target groups; the load balancer itself is Terraform's.
          Effect    = "Allow"
          Action    = ["elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateRule", "elasticloadbalancing:CreateTargetGroup"]
          Resource  = ["${local.balancing}:loadbalancer/app/${local.name}/*", "${local.balancing}:listener/app/${local.name}/*", "${local.balancing}:targetgroup/k8s-*"]
          Condition = local.as_cluster
        },
        {
          Effect    = "Allow"
          Action    = ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:RemoveListenerCertificates", "elasticloadbalancing:ModifyRule", "elasticloadbalancing:DeleteRule", "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RemoveTags"]
          Resource  = ["${local.balancing}:listener/app/${local.name}/*", "${local.balancing}:listener-rule/app/${local.name}/*", "${local.balancing}:targetgroup/k8s-*"]
          Condition = local.of_cluster
        },
        {
          Effect   = "Allow"
          Action   = ["elasticloadbalancing:SetRulePriorities"]
          Resource = ["${local.balancing}:listener-rule/app/${local.name}/*"]
        },
        {
          Effect    = "Allow"
          Action    = ["elasticloadbalancing:AddTags"]
          Resource  = ["${local.balancing}:listener/app/${local.name}/*", "${local.balancing}:listener-rule/app/${local.name}/*", "${local.balancing}:targetgroup/k8s-*"]
          Condition = local.as_cluster
        },
        {
          Effect   = "Allow"
          Action   = ["elasticloadbalancing:AddTags", "elasticloadbalancing:ModifyLoadBalancerAttributes"]
          Resource = [aws_lb.main.arn]
        },
      ]
    }
  }
}

resource "aws_iam_role" "pod" {
  for_each = local.pods
  name     = "${local.name}-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.eks.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:${each.value.account}"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "pod" {
  for_each = local.pods
  name     = each.key
  role     = aws_iam_role.pod[each.key].id
  policy   = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}
