environment             = "staging"
account_id              = "123456789012"
region                  = "eu-central-1"
zones                   = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
vpc_cidr                = "10.41.0.0/16"
nat_per_zone            = false
domain                  = "whoosh.example"
play_host               = "staging.whoosh.example"
administrator_role_arns = ["arn:aws:iam::123456789012:role/operators"]
service_nodes           = { type = "c7g.large", min = 3, max = 6 }
edge_nodes              = { type = "c7g.xlarge", min = 3, max = 6 }
database                = { version = "16.6", capacity = { min = 0.5, max = 4 }, backup_days = 7 }
cache                   = { node_type = "cache.t4g.small", shards = 2, replicas = 1 }
rotation_package        = { bucket = "whoosh-artifacts-123456789012", key = "rotation.zip", version = "unset" }
alarm_address           = "operators@whoosh.example"
budget_usd              = 1200
