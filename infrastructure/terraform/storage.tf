# Replays: the logs of matches. Kept for ninety days, cheaper after thirty.
resource "aws_s3_bucket" "replays" {
  bucket        = "${local.name}-replays-${var.account_id}"
  force_destroy = false
}

resource "aws_s3_bucket_lifecycle_configuration" "replays" {
  bucket = aws_s3_bucket.replays.id

  rule {
    id     = "age"
    status = "Enabled"
    filter {}
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    expiration {
      days = 90
    }
    noncurrent_version_expiration {
      noncurrent_days = 7
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# Access and flow logs. Load balancers write to buckets with Amazon's own key only.
resource "aws_s3_bucket" "logs" {
  bucket        = "${local.name}-logs-${var.account_id}"
  force_destroy = !local.production
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "age"
    status = "Enabled"
    filter {}
    expiration {
      days = local.production ? 90 : 14
    }
    noncurrent_version_expiration {
      noncurrent_days = 7
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

locals {
  buckets = {
    replays = { id = aws_s3_bucket.replays.id, arn = aws_s3_bucket.replays.arn, key = aws_kms_key.main["storage"].arn }
    logs    = { id = aws_s3_bucket.logs.id, arn = aws_s3_bucket.logs.arn, key = null }
  }
  writes_logs = {
    "load-balancer" = "logdelivery.elasticloadbalancing.amazonaws.com"
    "flow"          = "delivery.logs.amazonaws.com"
    "accelerator"   = "delivery.logs.amazonaws.com"
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  for_each                = local.buckets
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "main" {
  for_each = local.buckets
  bucket   = each.value.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "main" {
  for_each = local.buckets
  bucket   = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  for_each = local.buckets
  bucket   = each.value.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = each.value.key == null ? "AES256" : "aws:kms"
      kms_master_key_id = each.value.key
    }
  }
}

resource "aws_s3_bucket_policy" "main" {
  for_each = local.buckets
  bucket   = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [each.value.arn, "${each.value.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }], each.key == "logs" ? concat([for prefix, service in local.writes_logs : {
        Sid       = "Writes${replace(title(prefix), "-", "")}"
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = "s3:PutObject"
        Resource  = "${each.value.arn}/${prefix}*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
        }], [{
        Sid       = "LooksBeforeItWrites"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = each.value.arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]) : [])
  })
  depends_on = [aws_s3_bucket_public_access_block.main]
}
