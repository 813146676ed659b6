# What AWS would answer, where an argument elsewhere wants an ARN or an address.
mock_resource "aws_vpc" {
  defaults = { ipv6_cidr_block = "2001:db8::/56" }
}
mock_resource "aws_kms_key" {
  defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-1111-1111-1111-111111111111" }
}
mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
}
mock_resource "aws_iam_openid_connect_provider" {
  defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/mock" }
}
mock_resource "aws_eks_cluster" {
  defaults = {
    arn        = "arn:aws:eks:eu-central-1:123456789012:cluster/mock"
    identity   = [{ oidc = [{ issuer = "https://oidc.example/id/MOCK" }] }]
    vpc_config = { cluster_security_group_id = "sg-cluster" }
  }
}
mock_resource "aws_launch_template" {
  defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
}
mock_resource "aws_s3_bucket" {
  defaults = { arn = "arn:aws:s3:::mock" }
}
mock_resource "aws_lb" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/mock/1234567890123456"
    arn_suffix = "app/mock/1234567890123456"
  }
}
mock_resource "aws_globalaccelerator_accelerator" {
  defaults = { id = "arn:aws:globalaccelerator::123456789012:accelerator/mock" }
}
mock_resource "aws_globalaccelerator_listener" {
  defaults = { id = "arn:aws:globalaccelerator::123456789012:accelerator/mock/listener/mock" }
}
mock_resource "aws_globalaccelerator_custom_routing_accelerator" {
  defaults = { id = "arn:aws:globalaccelerator::123456789012:accelerator/edges" }
}
mock_resource "aws_globalaccelerator_custom_routing_listener" {
  defaults = { id = "arn:aws:globalaccelerator::123456789012:accelerator/edges/listener/mock" }
}
mock_resource "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-1111-1111-1111-111111111111"
  }
}
mock_resource "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mock" }
}
mock_resource "aws_lambda_function" {
  defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:mock" }
}
mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mock" }
}
mock_resource "aws_sns_topic" {
  defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:mock" }
}
mock_data "aws_route53_zone" {
  defaults = { zone_id = "ZMOCK" }
}
mock_data "aws_secretsmanager_random_password" {
  defaults = { random_password = "0123456789abcdef0123456789abcdef" }
}
