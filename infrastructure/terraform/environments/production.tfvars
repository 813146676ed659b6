environment             = "production"
account_id              = "123456789012"
region                  = "eu-central-1"
zones                   = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
vpc_cidr                = "10.40.0.0/16"
nat_per_zone            = true
domain                  = "whoosh.example"
play_host               = "play.whoosh.example"
administrator_role_arns = ["arn:aws:iam::123456789012:role/operators"]
service_nodes           = { type = "c7g.xlarge", min = 3, max = 9 }
edge_nodes              = { type = "c7g.xlarge", min = 3, max = 12 }
database                = { version = "16.6", capacity = { min = 2, max = 64 }, backup_days = 35 }
cache                   = { node_type = "cache.r7g.large", shards = 3, replicas = 1 }
rotation_package        = { bucket = "whoosh-artifacts-123456789012", key = "rotation.zip", version = "unset" }
alarm_address           = "operators@whoosh.example"
budget_usd              = 6000
