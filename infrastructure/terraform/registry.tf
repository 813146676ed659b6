# Images are named by digest; a tag that was pushed is never moved. One registry for the account,
# production's: what runs in staging is, byte for byte, what production gets.
resource "aws_ecr_repository" "main" {
  count                = local.production ? 1 : 0
  name                 = local.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = false

  image_scanning_configuration {
    scan_on_push = true
  }
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.main["storage"].arn
  }
}

resource "aws_ecr_lifecycle_policy" "main" {
  count      = local.production ? 1 : 0
  repository = aws_ecr_repository.main[0].name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What nothing names any more"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "A hundred releases, to go back to"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 100 }
        action       = { type = "expire" }
      },
    ]
  })
}
