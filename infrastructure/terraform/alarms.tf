# Alarms of what AWS sees; what Whoosh itself sees is Prometheus's.
resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = aws_kms_key.main["alarms"].arn
}

resource "aws_sns_topic_subscription" "alarms" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_address
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

locals {
  balancer = { LoadBalancer = aws_lb.main.arn_suffix }
  aurora   = { DBClusterIdentifier = aws_rds_cluster.main.cluster_identifier }
  redis    = { ReplicationGroupId = aws_elasticache_replication_group.main.id }

  # why: what a person who is woken reads. `more` is what is too much, `less` what is too little.
  alarms = {
    players-get-errors      = { space = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", of = local.balancer, how = "Sum", more = 50, why = "api or edges answer 5xx more than fifty times a minute." }
    nobody-answers          = { space = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", of = local.balancer, how = "Sum", more = 20, why = "The load balancer finds nobody to answer: no healthy target, or connections refused." }
    answers-are-slow        = { space = "AWS/ApplicationELB", metric = "TargetResponseTime", of = local.balancer, how = "p99", more = 1, why = "One answer in a hundred takes more than a second." }
    database-is-at-its-size = { space = "AWS/RDS", metric = "ACUUtilization", of = local.aurora, how = "Average", more = 90, why = "Aurora is at its largest size: raise database.capacity.max, or look for a statement that scans." }
    database-lags           = { space = "AWS/RDS", metric = "AuroraReplicaLagMaximum", of = local.aurora, how = "Maximum", more = 1000, why = "The reader that would take over is a second behind." }
    redis-is-full           = { space = "AWS/ElastiCache", metric = "DatabaseMemoryUsagePercentage", of = local.redis, how = "Maximum", more = 75, why = "Redis refuses to write when it is full: add a shard." }
    redis-is-busy           = { space = "AWS/ElastiCache", metric = "EngineCPUUtilization", of = local.redis, how = "Maximum", more = 75, why = "A shard's one core is nearly used up: add a shard." }
    redis-evicts            = { space = "AWS/ElastiCache", metric = "Evictions", of = local.redis, how = "Sum", more = 0, why = "Live state is thrown away; the policy must be noeviction." }
    keys-did-not-rotate     = { space = "AWS/Lambda", metric = "Errors", of = { FunctionName = aws_lambda_function.rotation.function_name }, how = "Sum", more = 0, why = "The rotation of the signing keys failed; its log says where." }
  }
}

resource "aws_cloudwatch_metric_alarm" "main" {
  for_each            = local.alarms
  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.why
  namespace           = each.value.space
  metric_name         = each.value.metric
  dimensions          = each.value.of
  statistic           = startswith(each.value.how, "p") ? null : each.value.how
  extended_statistic  = startswith(each.value.how, "p") ? each.value.how : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.more
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_budgets_budget" "main" {
  name         = local.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [join("$", ["user:environment", var.environment])]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type          = notification.key
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = [var.alarm_address]
      subscriber_sns_topic_arns  = [aws_sns_topic.alarms.arn]
    }
  }
}
