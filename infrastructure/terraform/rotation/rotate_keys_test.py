"""Goal: keys change, nobody is locked out. Method: rotations against a Secrets Manager and a KMS of
two dozen lines, which keep versions and stages; OpenSSL reads what comes out."""
import json
import shutil
import subprocess
import unittest

import rotate_keys


class NotFound(Exception):
    pass


class Secrets:
    class exceptions:
        ResourceNotFoundException = NotFound

    def __init__(self):
        self.versions = {}  # secret -> [{id, text, stages}]

    def get_secret_value(self, SecretId, VersionStage, VersionId=None):
        for one in self.versions.get(SecretId, []):
            if VersionStage in one["stages"] and VersionId in (None, one["id"]):
                return {"SecretString": one["text"]}
        raise NotFound(SecretId)

    def put_secret_value(self, SecretId, SecretString, ClientRequestToken=None, VersionStages=None):
        stages = set(VersionStages or ["AWSCURRENT"])
        for one in self.versions.setdefault(SecretId, []):
            one["stages"] -= stages
        number = ClientRequestToken or f"v{len(self.versions[SecretId])}"
        self.versions[SecretId].append({"id": number, "text": SecretString, "stages": stages})

    def describe_secret(self, SecretId):
        return {"VersionIdsToStages": {one["id"]: one["stages"] for one in self.versions[SecretId]}}

    def update_secret_version_stage(self, SecretId, VersionStage, MoveToVersionId,
                                    RemoveFromVersionId=None):
        for one in self.versions[SecretId]:
            one["stages"].discard(VersionStage)
            if one["id"] == MoveToVersionId:
                one["stages"].add(VersionStage)


class Kms:
    def generate_data_key_pair(self, KeyId, KeyPairSpec):
        return {"PrivateKeyPlaintext": b"private" * 40, "PublicKey": b"public" * 40}

    def generate_random(self, NumberOfBytes):
        return {"Plaintext": b"r" * NumberOfBytes}


class RotationTest(unittest.TestCase):
    def setUp(self):
        self.secrets = Secrets()

    def rotate(self, now_ms, steps=("create", "test", "finish"), kms=None):
        rotation = rotate_keys.Rotation(self.secrets, kms or Kms(), "key", "public", now_ms)
        for step in steps:
            getattr(rotation, step)("keys", f"token-{now_ms}")

    def current(self, secret):
        return json.loads(self.secrets.get_secret_value(secret, "AWSCURRENT")["SecretString"])

    def test_the_first_rotation_makes_a_key_and_a_secret(self):
        self.rotate(1000)
        self.assertEqual(set(self.current("keys")), {"1000.pem", "1000.secret"})
        self.assertEqual(set(self.current("public")), {"1000.pem"})

    def test_the_former_key_stays_for_one_rotation_and_the_secret_for_ever(self):
        for now_ms in (1000, 2000, 3000):
            self.rotate(now_ms)
        self.assertEqual(set(self.current("keys")), {"3000.pem", "2000.pem", "1000.secret"})
        self.assertEqual(set(self.current("public")), {"3000.pem", "2000.pem"})

    def test_edges_know_a_key_before_anybody_can_sign_with_it(self):
        self.rotate(1000)
        self.rotate(2000, steps=("create",))
        self.assertEqual(set(self.current("keys")), {"1000.pem", "1000.secret"})
        self.assertEqual(set(self.current("public")), {"1000.pem", "2000.pem"})

    def test_a_step_that_comes_twice_changes_nothing(self):
        self.rotate(1000)
        self.rotate(2000, steps=("create", "create", "test", "finish", "finish"))
        self.assertEqual(set(self.current("keys")), {"2000.pem", "1000.pem", "1000.secret"})

    def test_edges_never_get_a_private_key(self):
        self.rotate(1000)
        self.assertNotIn("PRIVATE", json.dumps(self.current("public")))
        with self.assertRaises(ValueError):
            rotate_keys.check(self.current("keys"), {"1000.pem": self.current("keys")["1000.pem"]})

    def test_a_version_without_keys_does_not_pass(self):
        for files in ({}, {"1.secret": "x"}, {"1.pem": "PUBLIC KEY", "1.secret": "x"}):
            with self.assertRaises(ValueError):
                rotate_keys.check(files, {"1.pem": "PUBLIC KEY"})

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_openssl_reads_the_files(self):
        der = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-outform", "DER"],
                             capture_output=True, check=True).stdout
        der = subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-inform", "DER",
                              "-outform", "DER"], input=der, capture_output=True, check=True).stdout
        text = rotate_keys.pem("PRIVATE KEY", der)
        subprocess.run(["openssl", "pkey", "-noout"], input=text.encode(), check=True)


if __name__ == "__main__":
    unittest.main()
