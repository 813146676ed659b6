# Names and limits that several files use.
locals {
  name       = "whoosh-${var.environment}"
  production = var.environment == "production"
  edge_host  = "edge.${var.play_host}"

  # /22s and /18s of the /16. Public: load balancers and NAT. Data: databases, no way out at all.
  # Private: machines and pods, a quarter of the network in each zone.
  public_cidrs  = [for i in range(3) : cidrsubnet(var.vpc_cidr, 6, i)]
  data_cidrs    = [for i in range(3) : cidrsubnet(var.vpc_cidr, 6, 8 + i)]
  private_cidrs = [for i in range(3) : cidrsubnet(var.vpc_cidr, 2, 1 + i)]
}
