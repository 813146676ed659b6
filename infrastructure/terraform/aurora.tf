# PostgreSQL 16 on Aurora Serverless v2: a writer, and a reader in another zone that takes over.
# Its password goes to the database and to Secrets Manager by write-only arguments: it is never in the
# state.
resource "aws_db_subnet_group" "main" {
  name       = local.name
  subnet_ids = aws_subnet.data[*].id
}

resource "aws_rds_cluster_parameter_group" "main" {
  name   = local.name
  family = "aurora-postgresql16"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "500"
  }
}

resource "aws_rds_cluster" "main" {
  cluster_identifier              = local.name
  engine                          = "aurora-postgresql"
  engine_version                  = var.database.version
  database_name                   = "whoosh"
  master_username                 = "whoosh"
  master_password_wo              = var.database_password
  master_password_wo_version      = var.password_version
  db_subnet_group_name            = aws_db_subnet_group.main.name
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.main.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.main["database"].arn
  backup_retention_period         = var.database.backup_days
  preferred_backup_window         = "02:00-03:00"
  copy_tags_to_snapshot           = true
  deletion_protection             = local.production
  skip_final_snapshot             = !local.production
  final_snapshot_identifier       = local.production ? "${local.name}-final" : null
  enabled_cloudwatch_logs_exports = ["postgresql"]
  apply_immediately               = !local.production

  serverlessv2_scaling_configuration {
    min_capacity = var.database.capacity.min
    max_capacity = var.database.capacity.max
  }
}

# Both in the first tier: a reader in it is as large as the writer, so that taking over is not a crash.
resource "aws_rds_cluster_instance" "main" {
  count                           = 2
  identifier                      = "${local.name}-${count.index}"
  cluster_identifier              = aws_rds_cluster.main.id
  engine                          = aws_rds_cluster.main.engine
  engine_version                  = aws_rds_cluster.main.engine_version
  instance_class                  = "db.serverless"
  availability_zone               = var.zones[count.index]
  publicly_accessible             = false
  promotion_tier                  = count.index
  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.main["database"].arn
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "Aurora"
  vpc_id      = aws_vpc.main.id
  tags        = { Name = "${local.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "Pods"
  referenced_security_group_id = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
