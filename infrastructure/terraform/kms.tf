# One key a kind of data, so that who may read one may not read the others. Rights to use them are
# given in IAM, beside the right to the data itself; services that act for themselves are named here.
locals {
  keys = {
    cluster  = { what = "Secrets of Kubernetes, disks of machines and edges", services = [] }
    database = { what = "Aurora and ElastiCache", services = [] }
    secrets  = { what = "Secrets Manager", services = [] }
    storage  = { what = "Replays and images", services = [] }
    alarms = {
      what     = "Alarm topic"
      services = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
    logs = { what = "CloudWatch logs", services = ["logs.${var.region}.amazonaws.com"] }
  }
}

resource "aws_kms_key" "main" {
  for_each                = local.keys
  description             = "${local.name}: ${each.value.what}"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      # In a key's policy "*" is this key, and kms:* for the account's root hands rights over to IAM.
      Sid       = "IamDecides"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
      }], [for service in each.value.services : {
      Sid       = "For${replace(title(replace(service, ".", " ")), " ", "")}"
      Effect    = "Allow"
      Principal = { Service = service }
      Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      }], each.key == "cluster" ? [{
      Sid       = "DisksOfScaledMachines"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.account_id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling" }
      Action    = ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant", "kms:DescribeKey"]
      Resource  = "*"
    }] : [])
  })
}

resource "aws_kms_alias" "main" {
  for_each      = local.keys
  name          = "alias/${local.name}-${each.key}"
  target_key_id = aws_kms_key.main[each.key].key_id
}
