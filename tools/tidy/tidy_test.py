#!/usr/bin/env python3
"""Every rule of the house linter, shown one file that keeps it and one that breaks it.

Method: a small tree in a temporary folder, the whole linter over it, and the rules it named.
"""

import tempfile
import unittest
from pathlib import Path

import shape
import tidy
from source import Source

MODULES = """# name | includes | libraries | purpose
base         | -            | fmt         | Small things: pure.
room         | base         | fmt         | One room: pure.
net          | base         | fmt openssl | Bytes only.
store        | base         | fmt         | The port.
store/sqlite | store base   | fmt sqlite  | One file.
"""
HEADER = "// What it is.\n#pragma once\n"
SOURCES = {  # one file for each module, so that only what a test adds is found
    "libs/base/a.h": HEADER,
    "libs/room/a.h": HEADER,
    "libs/net/a.h": HEADER,
    "libs/store/a.h": HEADER,
    "libs/store/sqlite/a.h": HEADER,
}


class Tidy(unittest.TestCase):
    def rules(self, files):
        """The names of the rules that the linter says these files break."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            everything = {"libs/modules.txt": MODULES} | SOURCES | files
            for name, text in everything.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return sorted({f.rule for f in tidy.check(root, sorted(everything))})

    def assert_clean(self, files):
        self.assertEqual(self.rules(files), [])

    def assert_broken(self, rule, files):
        self.assertEqual(self.rules(files), [rule])

    def test_a_clean_tree_has_no_findings(self):
        self.assert_clean({})

    def test_includes_follow_the_module_map(self):
        self.assert_clean({"libs/room/b.h": HEADER + '#include "base/a.h"\n'})
        self.assert_clean({"libs/store/sqlite/b.h": HEADER + '#include "store/a.h"\n'})
        self.assert_broken("include", {"libs/base/b.h": HEADER + '#include "room/a.h"\n'})
        self.assert_broken(
            "include", {"libs/store/b.h": HEADER + '#include "store/sqlite/a.h"\n'}
        )
        self.assert_broken("include", {"libs/base/b.h": HEADER + '#include "a.h"\n'})

    def test_tests_may_include_what_they_link(self):
        self.assert_clean(
            {"libs/store/sqlite/b_test.cpp": '#include "base/a.h"\n#include <gtest/gtest.h>\n'}
        )
        self.assert_broken("include", {"libs/room/b_test.cpp": '#include "net/a.h"\n'})
        self.assert_broken("include", {"libs/room/b.cpp": "#include <gtest/gtest.h>\n"})

    def test_libraries_follow_the_module_map(self):
        self.assert_clean({"libs/store/sqlite/b.cpp": "#include <sqlite3.h>\n"})
        self.assert_broken("include", {"libs/store/b.cpp": "#include <sqlite3.h>\n"})
        self.assert_broken("include", {"libs/net/b.cpp": "#include <boost/asio/ip/tcp.hpp>\n"})

    def test_a_game_knows_only_itself(self):
        own = {"games/chess/game.h": HEADER}
        self.assert_clean(
            own
            | {"games/chess/game.cpp": '#include "games/chess/game.h"\n#include "base/a.h"\n'}
        )
        self.assert_broken(
            "include", own | {"games/go/game.cpp": '#include "games/chess/game.h"\n'}
        )
        self.assert_broken("include", {"games/go/game.cpp": '#include "room/a.h"\n'})
        self.assert_broken(
            "include", own | {"services/api/b.cpp": '#include "games/chess/game.h"\n'}
        )
        self.assert_broken(
            "include", own | {"libs/room/b.cpp": '#include "games/chess/game.h"\n'}
        )

    def test_services_meet_in_solo(self):
        edge = {"services/edge/edge.h": HEADER}
        self.assert_clean(edge | {"services/solo/b.cpp": '#include "services/edge/edge.h"\n'})
        self.assert_broken(
            "include", edge | {"services/api/b.cpp": '#include "services/edge/edge.h"\n'}
        )

    def test_a_source_includes_its_own_header_first(self):
        header = {"libs/room/b.h": HEADER}
        self.assert_clean(
            header | {"libs/room/b.cpp": '#include "room/b.h"\n#include "base/a.h"\n'}
        )
        self.assert_broken(
            "own-header-first",
            header | {"libs/room/b.cpp": '#include "base/a.h"\n#include "room/b.h"\n'},
        )

    def test_pure_modules_stay_pure(self):
        self.assert_clean({"libs/net/b.cpp": "#include <sys/socket.h>\n"})
        self.assert_broken("pure", {"libs/base/b.cpp": "#include <random>\n"})
        self.assert_broken(
            "pure", {"libs/base/b.cpp": "auto a = std::chrono::steady_clock::now();\n"}
        )
        self.assert_broken("pure", {"libs/base/b.cpp": "void f() { std::shuffle(a, b, c); }\n"})
        self.assert_broken("no-locks", {"libs/net/b.cpp": "std::mutex lock_of_all;\n"})
        self.assert_clean({"libs/base/b.cpp": "// std::shuffle differs by library\n"})

    def test_an_excuse_names_the_rule_and_the_reason(self):
        self.assert_clean({"libs/base/b.cpp": "#include <cstdio>  // tidy: pure: last words\n"})
        self.assert_broken(
            "pure", {"libs/base/b.cpp": "#include <cstdio>  // tidy: columns: last words\n"}
        )
        self.assert_broken("pure", {"libs/base/b.cpp": "#include <cstdio>  // tidy: pure:\n"})

    def test_headers_open_with_a_comment(self):
        self.assert_broken("header-comment", {"libs/base/b.h": "#pragma once\n"})
        self.assert_broken("pragma-once", {"libs/base/b.h": "// What it is.\n"})
        self.assert_broken(
            "using-namespace", {"libs/base/b.h": HEADER + "using namespace std;\n"}
        )

    def test_files_end_somewhere(self):
        self.assert_clean({"libs/base/b.cpp": "int a;\n" * 400})
        self.assert_broken("file-length", {"libs/base/b.cpp": "int a;\n" * 401})
        self.assert_clean({"libs/base/b.cpp": "// Long: one table.\n" + "int a;\n" * 599})
        self.assert_broken(
            "file-length", {"libs/base/b.cpp": "// Long: one table.\n" + "int a;\n" * 600}
        )
        self.assert_clean({"libs/base/b_test.cpp": "int a;\n" * 900})
        self.assert_broken("file-length", {"libs/base/b_test.cpp": "int a;\n" * 901})

    def test_functions_end_sooner(self):
        body = "  call();\n"
        self.assert_clean({"libs/base/b.cpp": "void f() {\n" + body * 68 + "}\n"})
        self.assert_broken(
            "function-length", {"libs/base/b.cpp": "void f() {\n" + body * 69 + "}\n"}
        )
        self.assert_clean({"libs/base/b.cpp": "struct S {\n" + "  int a;\n" * 99 + "};\n"})

    def test_columns_and_blanks(self):
        self.assert_clean({"scripts/b.sh": "#" * 100 + "\n"})
        self.assert_broken("columns", {"scripts/b.sh": "#" * 101 + "\n"})
        self.assert_broken("whitespace", {"scripts/b.sh": "true \n"})
        self.assert_broken("whitespace", {"scripts/b.sh": "true"})
        self.assert_broken("whitespace", {"libs/base/b.cpp": "\tint a;\n"})

    def test_a_lock_has_its_row(self):
        lock = "std::mutex mutex_;\n"
        self.assert_broken("lock-ledger", {"libs/store/b.h": HEADER + lock})
        self.assert_clean(
            {"libs/store/b.h": HEADER + "// Lock ledger: mutex_ protects a_.\n" + lock}
        )

    def test_no_default_in_a_switch_over_our_enums(self):
        cases = "void f() { switch (k) { case Kind::a: break; %s } }\n"
        self.assert_clean({"libs/base/b.cpp": cases % "case Kind::b: break;"})
        self.assert_broken("enum-default", {"libs/base/b.cpp": cases % "default: break;"})
        self.assert_clean(
            {
                "libs/base/b.cpp": "void f() { switch (k) { case 'a': break; default: break; } }\n"
            }
        )

    def test_nothing_unfinished_and_no_machine_paths(self):
        self.assert_broken("unfinished", {"libs/base/b.cpp": "// TO" + "DO: the rest\n"})
        self.assert_broken("unfinished", {"scripts/b.sh": "# enough for " + "now\n"})
        self.assert_clean({"services/web/b.tsx": '<input placeholder="Code" />\n'})
        self.assert_broken("machine-path", {"docs/B.md": "see /wo" + "rk/x\n"})

    def test_every_module_is_listed_and_has_sources(self):
        self.assert_broken("module-map", {"libs/other/b.h": HEADER})
        upside_down = MODULES.replace("base         | -   ", "base         | room")
        self.assert_broken("module-map", {"libs/modules.txt": upside_down})
        self.assert_broken(
            "module-map", {"libs/modules.txt": MODULES + "ghost | base | fmt | Nothing.\n"}
        )

    def test_the_architecture_page_agrees(self):
        rows = {
            "base": ("–", "Small things: pure."),
            "room": ("base", "One room: pure."),
            "net": ("base", "Bytes only."),
            "store": ("base", "The port."),
            "store/sqlite": ("base store", "One file."),
        }

        def page(table):
            return "".join(f"| `{n}` | {i} | {p} |\n" for n, (i, p) in table.items())

        self.assert_clean({"docs/ARCHITECTURE.md": page(rows)})
        self.assert_broken(
            "module-map", {"docs/ARCHITECTURE.md": page(rows | {"net": ("–", "Bytes only.")})}
        )
        self.assert_broken(
            "module-map", {"docs/ARCHITECTURE.md": page(rows | {"net": ("base", "Frames.")})}
        )
        self.assert_broken(
            "module-map", {"docs/ARCHITECTURE.md": page(rows | {"ghost": ("–", "Boo.")})}
        )

    def test_links_of_documents_resolve(self):
        self.assert_clean(
            {"docs/B.md": "[modules](../libs/modules.txt#top) [net](https://example.org/x)\n"}
        )
        self.assert_broken("link", {"docs/B.md": "[gone](GONE.md)\n"})

    def test_proofs_of_the_security_page_are_there(self):
        test = {"libs/base/a_test.cpp": "TEST(Text, IsText) {}\n"}
        row = "| 1.1.1 | a | {} | b | {} |\n"
        page = "docs/SECURITY.md"
        self.assert_clean(test | {page: row.format("met", "`Text.IsText`, `libs/base/a.h`")})
        self.assert_clean({page: row.format("open", "")})
        self.assert_broken("proof", test | {page: row.format("met", "`Text.IsNone`")})
        self.assert_broken("proof", {page: row.format("partly", "`libs/base/gone.h`")})
        self.assert_broken("proof", {page: row.format("met", "")})


class Functions(unittest.TestCase):
    """The brace reader finds functions and nothing else."""

    def names(self, text):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.cpp").write_text(text, encoding="utf-8")
            return [name for _, _, name in shape.functions(Source(Path(folder), "a.cpp"))]

    def test_finds_what_has_a_parameter_list(self):
        text = """
        namespace a::b {
        struct Part { int x = 0; int size() const { return x; } Part(int y) : x{y} { run(); } };
        enum class Kind { one, two };
        template <class T> requires (sizeof(T) > 1)
        void run(T&& t) noexcept { auto f = [] { return 1; }; }
        const int table[] = {1, 2, 3};
        auto with_return() -> int { if (x) { y(); } return 2; }
        class Thing final : public Base { void open() override { std::string s = "}"; } };
        }
        """
        self.assertEqual(self.names(text), ["size", "Part", "run", "with_return", "open"])


if __name__ == "__main__":
    unittest.main()
