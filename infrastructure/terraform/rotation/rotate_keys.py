"""Rotation of the signing keys, called by Secrets Manager in four steps (rotation.tf).

The secret holds files: <ms>.pem, private keys, newest first by name, and <ms>.secret, which second
factors are sealed with. A rotation adds one key and keeps the newest two: the former key goes on
checking tokens until the next rotation, a month later, when whatever it signed has long run out
(service tokens apart: docs/CLUSTER.md, "Rotating the keys"). *.secret files are never taken away.

createSecret   gives edges the new public key, then writes the next version, staged AWSPENDING; a
               second call changes nothing
setSecret      nothing: nobody outside has to be told
testSecret     reads the pending version and holds it to the rules above
finishSecret   makes it AWSCURRENT

RSA keys come from KMS, which makes them and keeps nothing.
"""
import base64
import json
import os
import time

KEYS_KEPT = 2
PEM_LINE = 64


def pem(label, der):
    text = base64.b64encode(der).decode()
    lines = [text[i : i + PEM_LINE] for i in range(0, len(text), PEM_LINE)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def rotated(files, key, now_ms, secret):
    """The next version's files, {name: text}; `secret` is used when there is none yet."""
    pems = sorted((name for name in files if name.endswith(".pem")), reverse=True)
    secrets = {name: text for name, text in files.items() if name.endswith(".secret")}
    kept = {name: files[name] for name in pems[: KEYS_KEPT - 1]}
    return {f"{now_ms}.pem": key, **kept, **(secrets or {f"{now_ms}.secret": secret})}


def check(files, public):
    """Raises ValueError when a version must not come into use."""
    private = {name for name in files if name.endswith(".pem")}
    if not private or not any(name.endswith(".secret") for name in files):
        raise ValueError("the pending version has no key, or no secret for second factors")
    if any("PRIVATE KEY" not in files[name] for name in private):
        raise ValueError("a key of the pending version is no private key")
    if not private <= set(public):
        raise ValueError("edges do not have all public keys yet")
    if any("PRIVATE" in text for text in public.values()):
        raise ValueError("edges would get a private key")


class Rotation:
    def __init__(self, secrets, kms, key_id, public_secret, now_ms):
        self.secrets = secrets
        self.kms = kms
        self.key_id = key_id
        self.public_secret = public_secret
        self.now_ms = now_ms

    def read(self, secret, stage="AWSCURRENT", version=None):
        asked = {"SecretId": secret, "VersionStage": stage}
        if version:
            asked["VersionId"] = version
        try:
            return json.loads(self.secrets.get_secret_value(**asked)["SecretString"])
        except self.secrets.exceptions.ResourceNotFoundException:
            return None

    def create(self, secret, token):
        if self.read(secret, "AWSPENDING", token) is not None:
            return
        pair = self.kms.generate_data_key_pair(KeyId=self.key_id, KeyPairSpec="RSA_3072")
        sealing = base64.b64encode(self.kms.generate_random(NumberOfBytes=32)["Plaintext"]).decode()
        key = pem("PRIVATE KEY", pair["PrivateKeyPlaintext"])
        public = pem("PUBLIC KEY", pair["PublicKey"])
        files = rotated(self.read(secret) or {}, key, self.now_ms, sealing)
        # The public half first: when this stops in between, edges know a key that nobody has.
        known = self.read(self.public_secret) or {}
        self.write(self.public_secret, {**known, f"{self.now_ms}.pem": public})
        self.secrets.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=json.dumps(files),
            VersionStages=["AWSPENDING"])

    def write(self, secret, files):
        self.secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(files))

    def test(self, secret, token):
        check(self.read(secret, "AWSPENDING", token) or {}, self.read(self.public_secret) or {})

    def finish(self, secret, token):
        stages = self.secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next((one for one, has in stages.items() if "AWSCURRENT" in has), None)
        if current == token:
            return
        moved = {"RemoveFromVersionId": current} if current else {}
        self.secrets.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, **moved)
        # Edges forget the keys that nobody signs with any more.
        files = self.read(secret, "AWSCURRENT", token)
        known = self.read(self.public_secret)
        self.write(self.public_secret, {name: known[name] for name in files if name in known})


def handler(event, _context):
    import boto3  # of the Lambda's own runtime

    rotation = Rotation(
        boto3.client("secretsmanager"), boto3.client("kms"), os.environ["KEY_ID"],
        os.environ["PUBLIC_SECRET"], int(time.time() * 1000))
    secret, token = event["SecretId"], event["ClientRequestToken"]
    steps = {
        "createSecret": rotation.create,
        "setSecret": lambda *_: None,  # create() has given edges the public half already
        "testSecret": rotation.test,
        "finishSecret": rotation.finish,
    }
    steps[event["Step"]](secret, token)
