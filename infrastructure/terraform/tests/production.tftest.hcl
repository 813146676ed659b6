# What production must be, whatever else changes. Applied to a mocked AWS: nothing leaves this machine.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  database_password = "0123456789abcdef0123456789abcdef"
  cluster_secret    = "fedcba9876543210fedcba9876543210"
}

# Known only to AWS, and read at once.
override_resource {
  target = aws_acm_certificate.main
  values = {
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
    domain_validation_options = [
      { domain_name = "play.whoosh.example", resource_record_name = "_a", resource_record_type = "CNAME", resource_record_value = "_b" },
      { domain_name = "edge.play.whoosh.example", resource_record_name = "_c", resource_record_type = "CNAME", resource_record_value = "_d" },
    ]
  }
}

run "production" {
  command = apply

  assert {
    condition     = aws_rds_cluster.main.storage_encrypted && aws_rds_cluster.main.deletion_protection && !aws_rds_cluster.main.skip_final_snapshot
    error_message = "The database is encrypted, can't be deleted by mistake, and leaves a last snapshot."
  }
  assert {
    condition     = startswith(aws_rds_cluster.main.engine_version, "16.") && aws_rds_cluster.main.backup_retention_period >= 30
    error_message = "PostgreSQL 16, and a month of backups."
  }
  assert {
    condition     = length(aws_rds_cluster_instance.main) >= 2 && length(distinct(aws_rds_cluster_instance.main[*].availability_zone)) >= 2
    error_message = "The database's reader is in another zone than its writer."
  }
  assert {
    condition     = alltrue([for it in aws_rds_cluster_instance.main : !it.publicly_accessible && it.promotion_tier <= 1])
    error_message = "No database is public, and the reader is as large as the writer."
  }
  assert {
    condition     = one([for it in aws_rds_cluster_parameter_group.main.parameter : it.value if it.name == "rds.force_ssl"]) == "1"
    error_message = "The database takes connections by TLS only."
  }
  assert {
    condition     = aws_elasticache_replication_group.main.at_rest_encryption_enabled && aws_elasticache_replication_group.main.transit_encryption_enabled && aws_elasticache_replication_group.main.transit_encryption_mode == "required"
    error_message = "Redis is encrypted, on its disk and on the wire."
  }
  assert {
    condition     = aws_elasticache_replication_group.main.multi_az_enabled && aws_elasticache_replication_group.main.automatic_failover_enabled && aws_elasticache_replication_group.main.replicas_per_node_group >= 1 && aws_elasticache_replication_group.main.num_node_groups >= 2
    error_message = "Redis is a cluster over several zones that fails over by itself."
  }
  assert {
    condition     = aws_elasticache_replication_group.main.engine_version == "7.1" && length(aws_elasticache_replication_group.main.auth_token) >= 16
    error_message = "Redis 7.1, with a token."
  }
  assert {
    condition     = one([for it in aws_elasticache_parameter_group.main.parameter : it.value if it.name == "maxmemory-policy"]) == "noeviction"
    error_message = "Redis throws nothing away."
  }
  assert {
    condition     = aws_eks_cluster.main.vpc_config[0].endpoint_private_access && !aws_eks_cluster.main.vpc_config[0].endpoint_public_access && aws_eks_cluster.main.encryption_config[0].resources == toset(["secrets"])
    error_message = "The cluster's API is not public, and its secrets are encrypted."
  }
  assert {
    condition     = alltrue([for it in concat([aws_eks_node_group.services], aws_eks_node_group.edges) : it.ami_type == "AL2023_ARM_64_STANDARD"])
    error_message = "All machines are arm64."
  }
  assert {
    condition     = length(distinct([for it in aws_eks_node_group.edges : one(it.subnet_ids)])) == 3 && sum([for it in aws_eks_node_group.edges : it.scaling_config[0].max_size]) >= 12
    error_message = "Each zone has its own machines for edges, twelve in all."
  }
  assert {
    condition     = aws_eks_node_group.services.scaling_config[0].max_size <= 9 && sum([for it in aws_eks_node_group.edges : it.scaling_config[0].max_size]) <= 12
    error_message = "Growing has an end, which the budget knows."
  }
  assert {
    condition     = aws_launch_template.nodes.metadata_options[0].http_tokens == "required" && aws_launch_template.nodes.metadata_options[0].http_put_response_hop_limit == 1
    error_message = "Pods don't get at the rights of their machine."
  }
  assert {
    condition     = aws_lb.main.enable_deletion_protection && aws_lb.main.drop_invalid_header_fields
    error_message = "The load balancer can't be deleted by mistake."
  }
  assert {
    condition     = length(aws_nat_gateway.main) == 3
    error_message = "A zone does not lose its way out with another zone."
  }
  assert {
    condition     = length(aws_globalaccelerator_custom_routing_accelerator.edges) == 0
    error_message = "Nobody reaches edges past the load balancer before they end TLS."
  }
  assert {
    condition     = aws_ecr_repository.main[0].image_tag_mutability == "IMMUTABLE" && aws_ecr_repository.main[0].image_scanning_configuration[0].scan_on_push
    error_message = "An image is scanned, and its tag never moves."
  }
  assert {
    condition     = aws_secretsmanager_secret_rotation.keys.rotation_rules[0].automatically_after_days <= 30
    error_message = "The signing keys are changed every month."
  }
  assert {
    condition     = toset(keys(aws_s3_bucket_public_access_block.main)) == toset(["replays", "logs"]) && alltrue([for it in aws_s3_bucket_public_access_block.main : it.block_public_acls && it.block_public_policy && it.ignore_public_acls && it.restrict_public_buckets])
    error_message = "No bucket is public."
  }
  assert {
    condition     = alltrue([for it in aws_cloudwatch_metric_alarm.main : length(it.alarm_actions) == 1 && it.alarm_description != ""])
    error_message = "An alarm reaches somebody, and says what it is about."
  }
  assert {
    condition     = strcontains(output.kubernetes_environment, "10.40.0.0/20") && strcontains(output.kubernetes_environment, "10.40.32.0/20")
    error_message = "The networks are those that infrastructure/k8s/overlays/production names."
  }
}

run "direct_to_edge" {
  command = plan
  variables {
    direct_to_edge                = true
    accelerator_security_group_id = "sg-accelerator"
  }

  assert {
    condition     = length(aws_globalaccelerator_custom_routing_endpoint_group.edges) == 1 && one(aws_vpc_security_group_ingress_rule.direct).referenced_security_group_id == "sg-accelerator"
    error_message = "Edges let the accelerator in, and nobody else."
  }
}

run "two_zones_are_refused" {
  command = plan
  variables {
    zones = ["eu-central-1a", "eu-central-1b"]
  }
  expect_failures = [var.zones]
}

run "a_public_cluster_is_refused" {
  command = plan
  variables {
    kubernetes_api_cidrs = ["0.0.0.0/0"]
  }
  expect_failures = [var.kubernetes_api_cidrs]
}
