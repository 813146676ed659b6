# Machines, all arm64. One group for api and matchmaker; one group a zone for edges, since their disks
# are bound to a zone and a group over several zones could grow in the wrong one. The cluster
# autoscaler moves the sizes between min and max (irsa.tf).
resource "aws_iam_role" "nodes" {
  name = "${local.name}-nodes"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonEKS_CNI_Policy"])
  role       = aws_iam_role.nodes.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_launch_template" "nodes" {
  name                   = "${local.name}-nodes"
  update_default_version = true
  vpc_security_group_ids = [aws_eks_cluster.main.vpc_config[0].cluster_security_group_id, aws_security_group.nodes.id]

  # Version 2 only, and not from pods: they have roles of their own.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_type = "gp3"
      volume_size = 30
      encrypted   = true
      kms_key_id  = aws_kms_key.main["cluster"].arn
    }
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = local.name }
  }
}

resource "aws_eks_node_group" "services" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "services"
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = aws_subnet.private[*].id
  ami_type        = "AL2023_ARM_64_STANDARD"
  instance_types  = [var.service_nodes.type]
  labels          = { "whoosh/pool" = "services" }

  scaling_config {
    min_size     = var.service_nodes.min
    max_size     = var.service_nodes.max
    desired_size = var.service_nodes.min
  }
  update_config {
    max_unavailable = 1
  }
  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size] # the autoscaler's
  }
  depends_on = [aws_iam_role_policy_attachment.nodes, aws_eks_addon.network]
}

resource "aws_eks_node_group" "edges" {
  count           = 3
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "edges-${var.zones[count.index]}"
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = [aws_subnet.private[count.index].id]
  ami_type        = "AL2023_ARM_64_STANDARD"
  instance_types  = [var.edge_nodes.type]
  labels          = { "whoosh/pool" = "edges" }

  taint {
    key    = "whoosh/pool"
    value  = "edges"
    effect = "NO_SCHEDULE"
  }
  scaling_config {
    min_size     = var.edge_nodes.min / 3
    max_size     = var.edge_nodes.max / 3
    desired_size = var.edge_nodes.min / 3
  }
  update_config {
    max_unavailable = 1
  }
  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
    precondition {
      condition     = var.edge_nodes.min % 3 == 0 && var.edge_nodes.max % 3 == 0
      error_message = "Machines of edges come in threes: one group in each zone."
    }
  }
  depends_on = [aws_iam_role_policy_attachment.nodes, aws_eks_addon.network]
}

# Who may come to the machines' pods from outside the cluster: the load balancer, at the ports that
# players and its health checks use.
resource "aws_security_group" "nodes" {
  name        = "${local.name}-nodes"
  description = "Pods, as the load balancer reaches them"
  vpc_id      = aws_vpc.main.id
  tags        = { Name = "${local.name}-nodes" }
}

resource "aws_vpc_security_group_ingress_rule" "nodes" {
  for_each                     = { api = 8000, edge = 8080, api_health = 9090, edge_health = 9091 }
  security_group_id            = aws_security_group.nodes.id
  description                  = "Load balancer to ${each.key}"
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}
