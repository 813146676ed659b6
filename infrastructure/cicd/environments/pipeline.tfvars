account_id     = "123456789012"
region         = "eu-central-1"
connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/11111111-1111-1111-1111-111111111111"
repository     = "whoosh/whoosh"
