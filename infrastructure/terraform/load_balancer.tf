# The load balancer. Terraform makes it, because the accelerator and the alarms need it; the AWS Load
# Balancer Controller finds it by these tags and adds listeners and rules (k8s/components/aws).
resource "aws_lb" "main" {
  name                       = local.name
  load_balancer_type         = "application"
  ip_address_type            = "dualstack"
  subnets                    = aws_subnet.public[*].id
  security_groups            = [aws_security_group.load_balancer.id]
  idle_timeout               = 120 # clients say something every 30 s
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = local.production

  access_logs {
    bucket  = aws_s3_bucket.logs.id
    prefix  = "load-balancer"
    enabled = true
  }

  tags = {
    "elbv2.k8s.aws/cluster"    = local.name
    "ingress.k8s.aws/stack"    = local.name
    "ingress.k8s.aws/resource" = "LoadBalancer"
  }
}

resource "aws_security_group" "load_balancer" {
  name        = "${local.name}-load-balancer"
  description = "Players"
  vpc_id      = aws_vpc.main.id
  tags        = { Name = "${local.name}-load-balancer" }
}

# The only door to the world.
resource "aws_vpc_security_group_ingress_rule" "players" {
  for_each          = { http = 80, https = 443 }
  security_group_id = aws_security_group.load_balancer.id
  description       = "Players, ${each.key}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_ingress_rule" "players_ipv6" {
  for_each          = { http = 80, https = 443 }
  security_group_id = aws_security_group.load_balancer.id
  description       = "Players by IPv6, ${each.key}"
  cidr_ipv6         = "::/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each                     = { api = 8000, edge = 8080, api_health = 9090, edge_health = 9091 }
  security_group_id            = aws_security_group.load_balancer.id
  description                  = "To ${each.key}"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}
