# What staging must be, whatever else changes. Applied to a mocked AWS: nothing leaves this machine.
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
      { domain_name = "staging.whoosh.example", resource_record_name = "_a", resource_record_type = "CNAME", resource_record_value = "_b" },
      { domain_name = "edge.staging.whoosh.example", resource_record_name = "_c", resource_record_type = "CNAME", resource_record_value = "_d" },
    ]
  }
}

run "staging" {
  command = apply

  assert {
    condition     = aws_rds_cluster.main.storage_encrypted && aws_elasticache_replication_group.main.transit_encryption_enabled && aws_elasticache_replication_group.main.at_rest_encryption_enabled
    error_message = "Staging is encrypted like production."
  }
  assert {
    condition     = aws_elasticache_replication_group.main.multi_az_enabled && length(aws_rds_cluster_instance.main) >= 2
    error_message = "Failing over is tried in staging first."
  }
  assert {
    condition     = aws_rds_cluster.main.serverlessv2_scaling_configuration[0].max_capacity <= 4 && length(aws_nat_gateway.main) == 1 && length(aws_vpc_endpoint.interface) == 0
    error_message = "Staging is cheap."
  }
  assert {
    condition     = strcontains(output.kubernetes_environment, "10.41.0.0/20") && strcontains(output.kubernetes_environment, "10.41.32.0/20")
    error_message = "The networks are those that infrastructure/k8s/overlays/staging names."
  }
}
