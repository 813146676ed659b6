# What the processes are given, as External Secrets finds it (k8s/components/aws/secrets.yaml).
#
#   database  {url}        state  {url}        cluster  {secret}
#   keys         {<ms>.pem: private key, …, <ms>.secret: …}   written by the rotation
#   keys-public  {<ms>.pem: public key, …}                    for edges
locals {
  secrets = toset(["database", "state", "cluster", "keys", "keys-public"])
}

resource "aws_secretsmanager_secret" "main" {
  for_each                = local.secrets
  name                    = "whoosh/${var.environment}/${each.value}"
  kms_key_id              = aws_kms_key.main["secrets"].arn
  recovery_window_in_days = local.production ? 30 : 7
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id                = aws_secretsmanager_secret.main["database"].id
  secret_string_wo_version = var.password_version
  secret_string_wo = jsonencode({
    url = join("", [
      "postgres://whoosh:${coalesce(var.database_password, "unchanged")}",
      "@${aws_rds_cluster.main.endpoint}/whoosh?sslmode=verify-full&sslrootcert=/etc/whoosh/ca/rds.pem",
    ])
  })
}

resource "aws_secretsmanager_secret_version" "state" {
  secret_id = aws_secretsmanager_secret.main["state"].id
  secret_string = jsonencode({
    url = join("", [
      "rediss+cluster://:${data.aws_secretsmanager_random_password.cache.random_password}",
      "@${aws_elasticache_replication_group.main.configuration_endpoint_address}:6379",
    ])
  })

  lifecycle {
    ignore_changes = [secret_string] # as the token itself
  }
}

resource "aws_secretsmanager_secret_version" "cluster" {
  secret_id                = aws_secretsmanager_secret.main["cluster"].id
  secret_string_wo_version = var.password_version
  secret_string_wo = jsonencode({
    secret = coalesce(var.cluster_secret, "unchanged")
  })
}
