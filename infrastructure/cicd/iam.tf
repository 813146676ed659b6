# What each part of the pipeline may do.
locals {
  reads_artifacts = [
    {
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
      Resource = ["${aws_s3_bucket.artifacts.arn}/*"]
    },
    {
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = [aws_kms_key.artifacts.arn]
    },
  ]
  logs_in = [{
    Effect    = "Allow"
    Action    = ["ecr:GetAuthorizationToken"] # takes no resource
    Resource  = ["*"]
    Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
  }]
  of_spec = {
    test = []
    image = concat(local.logs_in, [{
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = [local.image_arn]
    }])
    release = concat(local.logs_in, [{
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage", "ecr:DescribeImages", "ecr:DescribeImageScanFindings"]
      Resource = [local.image_arn]
      }, {
      Effect   = "Allow"
      Action   = ["s3:ListBucket"] # without it a package that is not there yet looks like a forbidden one
      Resource = [aws_s3_bucket.artifacts.arn]
    }])
  }
  deploys = { for name in local.environments : name => [
    {
      Effect   = "Allow"
      Action   = ["eks:DescribeCluster"]
      Resource = ["arn:aws:eks:${var.region}:${var.account_id}:cluster/whoosh-${name}"]
    },
    {
      Effect    = "Allow"
      Action    = ["cloudwatch:DescribeAlarms"]
      Resource  = ["*"]
      Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
    },
  ] }
}

resource "aws_iam_role" "build" {
  for_each = local.projects
  name     = "whoosh-build-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "build" {
  for_each = local.projects
  name     = "build"
  role     = aws_iam_role.build[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.reads_artifacts, [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${aws_cloudwatch_log_group.build[each.key].arn}:*"]
    }], each.value.spec == "deploy" ? local.deploys[each.value.env.ENVIRONMENT] : local.of_spec[each.value.spec])
  })
}

resource "aws_eks_access_entry" "deploy" {
  for_each      = local.environments
  cluster_name  = "whoosh-${each.value}"
  principal_arn = aws_iam_role.build["deploy-${each.value}"].arn
}

# The overlays hold a Namespace, a StorageClass and operators' kinds beside the namespace's own objects.
resource "aws_eks_access_policy_association" "deploy" {
  for_each      = local.environments
  cluster_name  = "whoosh-${each.value}"
  principal_arn = aws_eks_access_entry.deploy[each.value].principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
  access_scope {
    type = "cluster"
  }
}

resource "aws_iam_role" "pipeline" {
  name = "whoosh-pipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  name = "pipeline"
  role = aws_iam_role.pipeline.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.reads_artifacts, [
      {
        Effect   = "Allow"
        Action   = ["codebuild:StartBuild", "codebuild:BatchGetBuilds"]
        Resource = [for project in aws_codebuild_project.main : project.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["codestar-connections:UseConnection"]
        Resource = [var.connection_arn]
      },
    ])
  })
}
