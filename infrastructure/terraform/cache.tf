# Live state: Redis 7.1 in cluster mode, each shard with a replica in another zone. The token is the
# one secret of ours that the state holds, because the provider has no write-only argument for it yet;
# the state is encrypted by a key of its own (bootstrap/).
data "aws_secretsmanager_random_password" "cache" {
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_elasticache_subnet_group" "main" {
  name       = local.name
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_elasticache_parameter_group" "main" {
  name   = local.name
  family = "redis7"

  parameter {
    name  = "cluster-enabled"
    value = "yes"
  }
  # Full memory is an error that is seen, not rooms that vanish.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "main" {
  replication_group_id       = local.name
  description                = "Whoosh's live state"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = var.cache.node_type
  num_node_groups            = var.cache.shards
  replicas_per_node_group    = var.cache.replicas
  automatic_failover_enabled = true
  multi_az_enabled           = true
  parameter_group_name       = aws_elasticache_parameter_group.main.name
  subnet_group_name          = aws_elasticache_subnet_group.main.name
  security_group_ids         = [aws_security_group.cache.id]
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.main["database"].arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token                 = data.aws_secretsmanager_random_password.cache.random_password
  auth_token_update_strategy = "ROTATE"
  snapshot_retention_limit   = local.production ? 3 : 0
  maintenance_window         = "sun:03:00-sun:04:00"
  auto_minor_version_upgrade = true
  apply_immediately          = !local.production

  lifecycle {
    ignore_changes = [auth_token] # drawn anew at each plan; replaced on purpose only
  }
}

resource "aws_security_group" "cache" {
  name        = "${local.name}-cache"
  description = "ElastiCache"
  vpc_id      = aws_vpc.main.id
  tags        = { Name = "${local.name}-cache" }
}

resource "aws_vpc_security_group_ingress_rule" "cache" {
  security_group_id            = aws_security_group.cache.id
  description                  = "Pods"
  referenced_security_group_id = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}
