// What terraform.mjs checks, and what it breaks to see that the checks find it.

export const roots = [
  { name: 'terraform', environments: ['production', 'staging'] },
  { name: 'terraform/bootstrap', environments: [] },
  { name: 'cicd', environments: ['pipeline'] },
];

export const broken_sources = [
  {
    what: 'a database without encryption', root: 'terraform', environment: 'production',
    file: 'aurora.tf', from: 'storage_encrypted               = true',
    to: 'storage_encrypted               = false', says: 'The database is encrypted',
  },
  {
    what: 'production that can be deleted by mistake', root: 'terraform', environment: 'production',
    file: 'load_balancer.tf', from: 'enable_deletion_protection = local.production',
    to: 'enable_deletion_protection = false', says: "can't be deleted by mistake",
  },
];

const statement = (values, change) => {
  const policy = JSON.parse(values.policy);
  Object.assign(policy.Statement[0], change);
  values.policy = JSON.stringify(policy);
};

export const broken_resources = [
  {
    what: 'a machine that the whole internet reaches', type: 'aws_vpc_security_group_ingress_rule',
    spoil: (values) => { values.cidr_ipv4 = '0.0.0.0/0'; values.from_port = 22; },
    says: /lets the whole internet in/,
  },
  {
    what: 'a role that may do everything', type: 'aws_iam_role_policy',
    spoil: (values) => statement(values, { Action: ['s3:*'] }), says: /allows s3:\*/,
  },
  {
    what: 'a role that may change everything', type: 'aws_iam_role_policy',
    spoil: (values) => statement(values, { Action: ['s3:PutObject'], Resource: ['*'] }),
    says: /on everything/,
  },
  {
    what: 'a role that anybody may take', type: 'aws_iam_role',
    spoil: (values) => {
      values.assume_role_policy = JSON.stringify({ Statement: [{ Principal: '*' }] });
    },
    says: /taken by anybody/,
  },
  {
    what: 'logs in the clear', type: 'aws_cloudwatch_log_group',
    spoil: (values) => { values.kms_key_id = null; }, says: /not encrypted/,
  },
  {
    what: 'a public database', type: 'aws_rds_cluster_instance',
    spoil: (values) => { values.publicly_accessible = true; }, says: /is public/,
  },
  {
    what: 'a bucket that takes plain HTTP', type: 'aws_s3_bucket_policy',
    spoil: (values) => { values.policy = '{}'; }, says: /plain HTTP/,
  },
];
