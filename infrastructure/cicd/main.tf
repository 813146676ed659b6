# The pipeline: a commit of main -> tests and images on arm64 and amd64 -> scan, one digest -> staging ->
# a person's word -> production. One role a project; the deploying one may speak to its cluster only.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

variable "account_id" {
  type = string
}

variable "region" {
  type = string
}

variable "connection_arn" {
  type        = string
  description = "The CodeConnections connection to the repository, made by hand once."
}

variable "repository" {
  type        = string
  description = "owner/name"
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
  default_tags {
    tags = { project = "whoosh", managed_by = "terraform" }
  }
}

locals {
  environments = toset(["staging", "production"])
  images       = "${var.account_id}.dkr.ecr.${var.region}.amazonaws.com/whoosh-production"
  image_arn    = "arn:aws:ecr:${var.region}:${var.account_id}:repository/whoosh-production"

  projects = merge(
    { for arch in ["arm64", "amd64"] : "test-${arch}" => { spec = "test", arch = arch, env = {}, privileged = false } },
    { for arch in ["arm64", "amd64"] : "image-${arch}" => { spec = "image", arch = arch, env = { ARCH = arch }, privileged = true } },
    { release = { spec = "release", arch = "arm64", env = { ARTIFACTS = aws_s3_bucket.artifacts.id }, privileged = true } },
    { for name in local.environments : "deploy-${name}" => {
      spec = "deploy", arch = "arm64", privileged = false
      env = {
        ENVIRONMENT   = name
        WHOOSH_ALARMS = "whoosh-${name}-players-get-errors whoosh-${name}-nobody-answers"
      }
    } },
  )
}

resource "aws_kms_key" "artifacts" {
  description             = "Artifacts and logs of the pipeline"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_s3_bucket" "artifacts" {
  bucket = "whoosh-artifacts-${var.account_id}"
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.artifacts.arn
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_cloudwatch_log_group" "build" {
  for_each          = local.projects
  name              = "/aws/codebuild/whoosh-${each.key}"
  retention_in_days = 90
  kms_key_id        = aws_kms_key.artifacts.arn
}

resource "aws_codebuild_project" "main" {
  for_each       = local.projects
  name           = "whoosh-${each.key}"
  service_role   = aws_iam_role.build[each.key].arn
  encryption_key = aws_kms_key.artifacts.arn
  build_timeout  = each.value.spec == "deploy" ? 480 : 90

  artifacts {
    type = "CODEPIPELINE"
  }
  source {
    type      = "CODEPIPELINE"
    buildspec = "infrastructure/cicd/buildspecs/${each.value.spec}.yml"
  }
  environment {
    type            = each.value.arch == "arm64" ? "ARM_CONTAINER" : "LINUX_CONTAINER"
    image           = each.value.arch == "arm64" ? "aws/codebuild/amazonlinux-aarch64-standard:3.0" : "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    compute_type    = each.value.spec == "deploy" || each.value.spec == "release" ? "BUILD_GENERAL1_SMALL" : "BUILD_GENERAL1_LARGE"
    privileged_mode = each.value.privileged # Docker

    dynamic "environment_variable" {
      for_each = merge({ REPOSITORY = local.images }, each.value.env)
      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }
  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build[each.key].name
    }
  }
}

resource "aws_codepipeline" "main" {
  name           = "whoosh"
  role_arn       = aws_iam_role.pipeline.arn
  pipeline_type  = "V2"
  execution_mode = "QUEUED" # never two roll-outs at a time

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.id
    encryption_key {
      type = "KMS"
      id   = aws_kms_key.artifacts.arn
    }
  }

  stage {
    name = "Source"
    action {
      name             = "main"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["source"]
      configuration = {
        ConnectionArn        = var.connection_arn
        FullRepositoryId     = var.repository
        BranchName           = "main"
        OutputArtifactFormat = "CODE_ZIP"
      }
    }
  }

  dynamic "stage" {
    for_each = [
      { name = "Test", actions = ["test-arm64", "test-amd64"], from = "source", to = [] },
      { name = "Image", actions = ["image-arm64", "image-amd64"], from = "source", to = [] },
      { name = "Release", actions = ["release"], from = "source", to = ["release"] },
      { name = "Staging", actions = ["deploy-staging"], from = "release", to = [] },
    ]
    content {
      name = stage.value.name
      dynamic "action" {
        for_each = stage.value.actions
        content {
          name             = action.value
          category         = "Build"
          owner            = "AWS"
          provider         = "CodeBuild"
          version          = "1"
          input_artifacts  = [stage.value.from]
          output_artifacts = stage.value.to
          configuration    = { ProjectName = aws_codebuild_project.main[action.value].name }
        }
      }
    }
  }

  stage {
    name = "Production"
    action {
      name      = "word"
      category  = "Approval"
      owner     = "AWS"
      provider  = "Manual"
      version   = "1"
      run_order = 1
    }
    action {
      name            = "deploy-production"
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      run_order       = 2
      input_artifacts = ["release"]
      configuration   = { ProjectName = aws_codebuild_project.main["deploy-production"].name }
    }
  }
}
