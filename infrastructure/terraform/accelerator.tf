# Players enter Amazon's network near them. Standard: two addresses that never change, for the web
# client, REST, and edges behind the load balancer.
resource "aws_globalaccelerator_accelerator" "main" {
  name            = local.name
  ip_address_type = "DUAL_STACK"
  enabled         = true

  attributes {
    flow_logs_enabled   = true
    flow_logs_s3_bucket = aws_s3_bucket.logs.id
    flow_logs_s3_prefix = "accelerator"
  }
}

resource "aws_globalaccelerator_listener" "main" {
  accelerator_arn = aws_globalaccelerator_accelerator.main.id
  protocol        = "TCP"
  client_affinity = "NONE"

  dynamic "port_range" {
    for_each = [80, 443]
    content {
      from_port = port_range.value
      to_port   = port_range.value
    }
  }
}

resource "aws_globalaccelerator_endpoint_group" "main" {
  listener_arn          = aws_globalaccelerator_listener.main.id
  endpoint_group_region = var.region

  endpoint_configuration {
    endpoint_id                    = aws_lb.main.arn
    weight                         = 100
    client_ip_preservation_enabled = true
  }
}

# Custom routing: a port of the accelerator for each edge's machine and port, no load balancer between.
# Off unless asked for: it carries bytes as they are, so edges must end TLS themselves, on the port of
# their machine.
resource "aws_globalaccelerator_custom_routing_accelerator" "edges" {
  count           = var.direct_to_edge ? 1 : 0
  name            = "${local.name}-edges"
  ip_address_type = "IPV4"
  enabled         = true

  attributes {
    flow_logs_enabled   = true
    flow_logs_s3_bucket = aws_s3_bucket.logs.id
    flow_logs_s3_prefix = "accelerator-edges"
  }
}

resource "aws_globalaccelerator_custom_routing_listener" "edges" {
  count           = var.direct_to_edge ? 1 : 0
  accelerator_arn = aws_globalaccelerator_custom_routing_accelerator.edges[0].id

  port_range {
    from_port = 10000
    to_port   = 60000
  }
}

# Each address of a subnet takes a port of the listener: so the machines of edges would need subnets of
# their own above 50,000 addresses; the three private /18s have 49,146.
resource "aws_globalaccelerator_custom_routing_endpoint_group" "edges" {
  count                 = var.direct_to_edge ? 1 : 0
  listener_arn          = aws_globalaccelerator_custom_routing_listener.edges[0].id
  endpoint_group_region = var.region

  destination_configuration {
    from_port = 8443
    to_port   = 8443
    protocols = ["TCP"]
  }
  dynamic "endpoint_configuration" {
    for_each = aws_subnet.private[*].id
    content {
      endpoint_id = endpoint_configuration.value
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "direct" {
  count                        = var.direct_to_edge && var.accelerator_security_group_id != "" ? 1 : 0
  security_group_id            = aws_security_group.nodes.id
  description                  = "Accelerator to edges"
  referenced_security_group_id = var.accelerator_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 8443
  to_port                      = 8443
}
