# Names and their certificate: play.example, edge.play.example, and edge-N.edge.play.example.
data "aws_route53_zone" "main" {
  name = var.domain
}

resource "aws_acm_certificate" "main" {
  domain_name               = var.play_host
  subject_alternative_names = [local.edge_host, "*.${local.edge_host}"]
  validation_method         = "DNS"
  key_algorithm             = "EC_prime256v1"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # The wildcard is validated by the record of the name below it.
  certified = toset([var.play_host, local.edge_host])
  proofs    = { for option in aws_acm_certificate.main.domain_validation_options : option.domain_name => option }
}

resource "aws_route53_record" "proof" {
  for_each        = local.certified
  zone_id         = data.aws_route53_zone.main.zone_id
  name            = local.proofs[each.value].resource_record_name
  type            = local.proofs[each.value].resource_record_type
  records         = [local.proofs[each.value].resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "main" {
  certificate_arn         = aws_acm_certificate.main.arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}

resource "aws_route53_record" "play" {
  for_each = {
    for pair in setproduct([var.play_host, local.edge_host, "*.${local.edge_host}"], ["A", "AAAA"]) :
    "${pair[1]} ${pair[0]}" => { name = pair[0], type = pair[1] }
  }
  zone_id = data.aws_route53_zone.main.zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name = (each.value.type == "A"
      ? aws_globalaccelerator_accelerator.main.dns_name
    : aws_globalaccelerator_accelerator.main.dual_stack_dns_name)
    zone_id                = aws_globalaccelerator_accelerator.main.hosted_zone_id
    evaluate_target_health = true
  }
}
