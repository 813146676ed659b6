"""Goal: every library that is linked is in the list, with its version, or the run fails.

Method: the build's own list of externals, and made-up packages.
"""

import pathlib
import unittest

import sbom

ROOT = pathlib.Path(__file__).resolve().parents[2]


class SbomTest(unittest.TestCase):
    """The list of parts."""

    def test_every_external_of_the_build_is_known(self):
        externals = (ROOT / "cmake/externals.cmake").read_text(encoding="utf-8")
        names = sbom.linked_names(externals)
        self.assertIn("openssl", names)
        self.assertIn("tomlplusplus", names)
        self.assertEqual([name for name in names if name not in sbom.LINKED], [])

    def test_the_whole_document_has_every_part_once(self):
        out = sbom.document(ROOT, lambda package: "1.2.3-4")
        names = [part["name"] for part in out["components"]]
        self.assertEqual(out["bomFormat"], "CycloneDX")
        self.assertIn("libssl-dev", names)
        self.assertIn("preact", names)
        self.assertEqual(len({part["purl"] for part in out["components"]}), len(names))
        self.assertRegex(out["metadata"]["component"]["version"], r"^\d+\.\d+")

    def test_what_is_missing_or_unknown_fails(self):
        with self.assertRaises(LookupError):
            sbom.debian_components(["openssl"], lambda package: None)
        with self.assertRaises(LookupError):
            sbom.debian_components(["brandnew"], lambda package: "1")

    def test_tools_of_the_build_do_not_count_as_shipped(self):
        lock = {"packages": {"": {}, "node_modules/a": {"version": "1.0.0"},
                             "node_modules/@b/c": {"version": "2.0.0", "dev": True}}}
        self.assertEqual(
            [(part["purl"], part["scope"]) for part in sbom.npm_components(lock)],
            [("pkg:npm/%40b/c@2.0.0", "excluded"), ("pkg:npm/a@1.0.0", "required")])


if __name__ == "__main__":
    unittest.main()
