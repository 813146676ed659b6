"""The shape of files: what they open with, how long they and their functions are, their columns."""

import re

LINES_MAX = 600
LINES_MAX_TEST = 900
LINES_WITHOUT_REASON = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
WEB = (".css", ".js", ".mjs", ".ts", ".tsx")
NOT_NAMES = ("requires", "sizeof", "decltype", "noexcept", "alignas")
REASON = re.compile(
    r"(?://|#|\*).*\blong\b", re.IGNORECASE
)  # "Long: one state machine, read at one sitting"


def header_opens(source, _tree):
    if not source.is_header:
        return []
    findings = []
    if not source.raw.startswith(("//", "/*")):
        findings.append(
            source.finding(
                1, "header-comment", "open with what it is, who owns it, which thread"
            )
        )
    if not re.search(r"^#pragma once$", source.raw, re.MULTILINE):
        findings.append(source.finding(1, "pragma-once", "a header says #pragma once"))
    if match := re.search(r"^\s*using namespace\b", source.code, re.MULTILINE):
        line = source.line_of(match.end())
        findings.append(source.finding(line, "using-namespace", "not in a header"))
    return findings


def file_length(source, _tree):
    count = len(source.lines) - (source.lines[-1] == "")
    limit = LINES_MAX_TEST if source.is_test else LINES_MAX
    if count > limit:
        return [source.finding(limit, "file-length", f"{count} lines; split it at {limit}")]
    opening = "\n".join(source.lines[:30])
    if count > LINES_WITHOUT_REASON and not source.is_test and not REASON.search(opening):
        text = f'{count} lines: the opening comment says why ("Long: …")'
        return [source.finding(1, "file-length", text)]
    return []


def functions(source):
    """(first line, last line, name) of each outermost function body, found by its braces.

    A brace opens a namespace, a type, a function (its head ends with a parameter list, or what may
    follow one), or anything else; only namespaces and types are looked into.
    """
    code = re.sub(
        r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
        lambda m: re.sub(r"[^\n]", " ", m[0]),
        source.code,
        flags=re.M,
    )
    head_begin, stack, inside = 0, [], None
    for match in re.finditer(r"[{};]", code):
        position, mark = match.start(), match[0]
        if mark == "{":
            kind = "inner" if inside is not None else _kind(code[head_begin:position])
            if kind == "function":
                inside = (len(stack), head_begin, code[head_begin:position])
            stack.append(kind)
        elif mark == "}" and stack:
            stack.pop()
            if inside is not None and inside[0] == len(stack):
                head = inside[2]
                begin = inside[1] + len(head) - len(head.lstrip())
                yield source.line_of(begin), source.line_of(position), _name(head)
                inside = None
        if inside is None:
            head_begin = position + 1


def _kind(head):
    head = head.strip()
    if re.search(r"\bnamespace\b", head) or head.startswith("extern"):
        return "namespace"
    without_template = re.sub(r"template\s*<[^{};]*?>\s*(?=struct|class|union|enum)", "", head)
    if re.match(
        r"(?:\w+\s*:\s*)?(?:typedef\s+)?(?:class|struct|union|enum)\b", without_template
    ) and not head.endswith(")"):
        return "type"
    if re.search(
        r"\)\s*(?:const|noexcept(?:\([^)]*\))?|override|final|&&?|->[^{};]*|try|mutable|\s)*$",
        head,
    ):
        return "function"
    if re.search(r"\)\s*(?:noexcept\s*)?:\s", head):  # a constructor with initialisers
        return "function"
    return "other"


def _name(head):
    names = re.findall(r"([~\w:]+|operator[^\s(]+)\s*\(", head)
    names = [name for name in names if name not in NOT_NAMES]
    return names[0] if names else "a function"


def function_length(source, _tree):
    findings = []
    for first, last, name in functions(source):
        count = last - first + 1
        if count > FUNCTION_LINES_MAX:
            text = f"{name} has {count} lines; {FUNCTION_LINES_MAX} at most"
            findings.append(source.finding(first, "function-length", text))
    return findings


def columns(source, _tree):
    findings = []
    if source.path.suffix in WEB:  # prettier's business
        return findings
    for number, line in enumerate(source.lines, 1):
        if len(line) > COLUMNS_MAX and not re.search(r"https?://\S+$|#include", line):
            findings.append(
                source.finding(number, "columns", f"{len(line)} columns; {COLUMNS_MAX} at most")
            )
    return findings


def whitespace(source, _tree):
    findings = []
    for number, line in enumerate(source.lines, 1):
        if line != line.rstrip():
            findings.append(
                source.finding(number, "whitespace", "blanks or a carriage return at the end")
            )
        if "\t" in line and source.path.name != "Makefile":
            findings.append(source.finding(number, "whitespace", "a tab"))
    if source.raw and (not source.raw.endswith("\n") or source.raw.endswith("\n\n")):
        findings.append(
            source.finding(
                len(source.lines), "whitespace", "one line end at the end of the file"
            )
        )
    return findings


def lock_ledger(source, _tree):
    """A mutex in a header has a row in that header's ledger: protects, taken where, order."""
    if not source.is_header or source.is_test:
        return []
    match = re.search(r"\bstd::\w*mutex\s+\w+", source.code)
    if not match or re.search(r"lock ledger", source.raw, re.IGNORECASE):
        return []
    text = 'comment "Lock ledger: …": what it protects, where it is taken, what is called under it'
    return [source.finding(source.line_of(match.start()), "lock-ledger", text)]


def no_default_on_enums(source, _tree):
    """A switch over an enum of ours names every enumerator, or a new one goes unnoticed."""
    findings = []
    for match in re.finditer(r"\bswitch\s*\(", source.code):
        body = _switch_body(source.code, match.start())
        labels = re.findall(r"\bcase\s+([^:]+(?:::[^:]+)*)\s*:(?!:)", body)
        ours = [
            label for label in labels if re.match(r"(?:\w+::)*[A-Z]\w*::\w+$", label.strip())
        ]
        if ours and re.search(r"\bdefault\s*:", body):
            line = source.line_of(match.start())
            findings.append(
                source.finding(
                    line, "enum-default", f"no default: in a switch over {ours[0].strip()}"
                )
            )
    return findings


def _switch_body(code, position):
    """The text between the braces of the switch at position, without switches inside of it."""
    begin = code.find("{", position)
    depth, end = 0, begin
    for index in range(begin, len(code)):
        depth += {"{": 1, "}": -1}.get(code[index], 0)
        if depth == 0:
            end = index
            break
    body = code[begin + 1 : end]
    while (inner := re.search(r"\bswitch\s*\(", body)) is not None:
        nested = _switch_body(body, inner.start())
        body = body[: inner.start()] + body[inner.start() :].replace(nested, "", 1).replace(
            "switch", "", 1
        )
    return body
