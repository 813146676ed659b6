# The signing keys are changed every thirty days by rotation/rotate_keys.py: a new key first, which
# processes learn at once and sign with after their settling time; the oldest goes a rotation later.
resource "aws_secretsmanager_secret_rotation" "keys" {
  secret_id           = aws_secretsmanager_secret.main["keys"].id
  rotation_lambda_arn = aws_lambda_function.rotation.arn
  rotate_immediately  = true # the first keys are made by it

  rotation_rules {
    automatically_after_days = 30
  }
  depends_on = [aws_lambda_permission.rotation]
}

resource "aws_lambda_function" "rotation" {
  function_name                  = "${local.name}-rotate-keys"
  role                           = aws_iam_role.rotation.arn
  runtime                        = "python3.13"
  handler                        = "rotate_keys.handler"
  architectures                  = ["arm64"]
  s3_bucket                      = var.rotation_package.bucket
  s3_key                         = var.rotation_package.key
  s3_object_version              = var.rotation_package.version
  timeout                        = 30
  memory_size                    = 256
  reserved_concurrent_executions = 1
  kms_key_arn                    = aws_kms_key.main["secrets"].arn

  environment {
    variables = {
      KEY_ID        = aws_kms_key.main["secrets"].arn
      PUBLIC_SECRET = aws_secretsmanager_secret.main["keys-public"].id
    }
  }
  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.rotation.name
  }
}

resource "aws_cloudwatch_log_group" "rotation" {
  name              = "/aws/lambda/${local.name}-rotate-keys"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.main["logs"].arn
}

resource "aws_lambda_permission" "rotation" {
  function_name  = aws_lambda_function.rotation.function_name
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_account = var.account_id
  source_arn     = aws_secretsmanager_secret.main["keys"].arn
}

resource "aws_iam_role" "rotation" {
  name = "${local.name}-rotate-keys"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "rotation" {
  name = "rotate-keys"
  role = aws_iam_role.rotation.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
        Resource = [aws_secretsmanager_secret.main["keys"].arn, aws_secretsmanager_secret.main["keys-public"].arn]
      },
      {
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair", "kms:GenerateRandom"]
        Resource = [aws_kms_key.main["secrets"].arn]
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.rotation.arn}:*"]
      },
    ]
  })
}
