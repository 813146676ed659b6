// Rules over every resource of an environment as (mocked) AWS would have it: what must hold of
// resources that nobody has thought of yet, beside the asserts of terraform/tests.

export const policies = {
  open_doors, iam, encrypted, databases_private,
};

export const problemsOf = (resources) =>
  Object.entries(policies).flatMap(([rule, check]) =>
    check(resources).map((text) => `${rule}: ${text}`),
  );

const of = (resources, ...types) => resources.filter(({ type }) => types.includes(type));
const world = (value) => value === '0.0.0.0/0' || value === '::/0';

// The load balancer's group alone is open to the world, at 80 and 443.
function open_doors(resources) {
  const wrong = of(resources, 'aws_security_group', 'aws_security_group_rule')
    .filter(({ type, values }) =>
      type === 'aws_security_group_rule' || (values.ingress ?? []).some((rule) =>
        [...(rule.cidr_blocks ?? []), ...(rule.ipv6_cidr_blocks ?? [])].some(world)))
    .map(({ address }) => `${address}: rules are resources of their own here`);
  for (const { address, name, values } of of(resources, 'aws_vpc_security_group_ingress_rule')) {
    if (!world(values.cidr_ipv4) && !world(values.cidr_ipv6)) continue;
    if (!name.startsWith('players') || ![80, 443].includes(values.from_port))
      wrong.push(`${address} lets the whole internet in`);
    if (values.from_port !== values.to_port) wrong.push(`${address} opens a range`);
  }
  return wrong;
}

// No action has a star; a resource is a star only where AWS knows no other, for reading, and then a
// condition says where. Keys' own policies (in which "*" is the key) are not among these.
function iam(resources) {
  const wrong = [];
  for (const { address, values } of of(resources, 'aws_iam_role_policy', 'aws_iam_policy')) {
    for (const statement of [JSON.parse(values.policy).Statement].flat()) {
      const actions = [statement.Action].flat();
      if (statement.NotAction || statement.NotResource) wrong.push(`${address} says what not`);
      for (const action of actions)
        if (action.includes('*')) wrong.push(`${address} allows ${action}`);
      if (![statement.Resource].flat().includes('*')) continue;
      const reads = actions.every((one) => /:(Describe|List|Get|BatchGet)/.test(one));
      if (!reads || !statement.Condition)
        wrong.push(`${address} allows ${actions[0]}, … on everything`);
    }
  }
  for (const { address, values } of of(resources, 'aws_iam_role'))
    for (const statement of JSON.parse(values.assume_role_policy).Statement)
      if (statement.Principal === '*' || statement.Principal.AWS === '*')
        wrong.push(`${address} may be taken by anybody`);
  for (const { address, values } of of(resources, 'aws_iam_role_policy_attachment'))
    if (/AdministratorAccess|PowerUser|FullAccess/.test(values.policy_arn))
      wrong.push(`${address} attaches ${values.policy_arn}`);
  return wrong;
}

const encrypted_by = {
  aws_rds_cluster: (it) => it.storage_encrypted && it.kms_key_id,
  aws_elasticache_replication_group: (it) =>
    it.at_rest_encryption_enabled && it.transit_encryption_enabled && it.kms_key_id,
  aws_launch_template: (it) =>
    it.block_device_mappings.every(({ ebs }) => ebs.every((one) => String(one.encrypted) === 'true')),
  aws_cloudwatch_log_group: (it) => it.kms_key_id,
  aws_sns_topic: (it) => it.kms_master_key_id,
  aws_secretsmanager_secret: (it) => it.kms_key_id,
  aws_ecr_repository: (it) => it.encryption_configuration?.[0]?.encryption_type === 'KMS',
  aws_lambda_function: (it) => it.kms_key_arn,
  aws_kms_key: (it) => it.enable_key_rotation,
  aws_codepipeline: (it) => it.artifact_store.every((store) => store.encryption_key?.length === 1),
  aws_codebuild_project: (it) => it.encryption_key,
};

// Keys of our own, wherever a service takes one; and as many bucket settings as buckets.
function encrypted(resources) {
  const wrong = resources
    .filter(({ type, values }) => encrypted_by[type] && !encrypted_by[type](values))
    .map(({ address }) => `${address} is not encrypted by a key of ours, or its key never changes`);
  const count = (type) => of(resources, type).length;
  for (const type of ['aws_s3_bucket_server_side_encryption_configuration', 'aws_s3_bucket_policy',
    'aws_s3_bucket_public_access_block', 'aws_s3_bucket_versioning'])
    if (count(type) !== count('aws_s3_bucket')) wrong.push(`a bucket has no ${type}`);
  for (const { address, values } of of(resources, 'aws_s3_bucket_policy'))
    if (!values.policy.includes('aws:SecureTransport')) wrong.push(`${address} takes plain HTTP`);
  return wrong;
}

function databases_private(resources) {
  return of(resources, 'aws_rds_cluster_instance', 'aws_db_instance')
    .filter(({ values }) => values.publicly_accessible)
    .map(({ address }) => `${address} is public`);
}
