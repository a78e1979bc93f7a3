#!/usr/bin/env python3
"""Checks every include of the sources against layers.txt, and a few house rules a formatter cannot see.

Prints each violation as file:line: text; exits 1 when there is one.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = pathlib.Path(__file__).with_name("layers.txt")
CORE_MODULES = {path.name for path in (ROOT / "core").iterdir() if path.is_dir()}
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')

# A library's header may be included by its one owner only ("C libraries are wrapped once, at their own layer").
OWNED_HEADERS = {
    r"(sqlcipher/)?sqlite3\.h$": {"core/sql"},
    r"signal/|signal_protocol|session_(builder|cipher|record)|key_helper|curve\.h": {"core/crypto"},
    r"openssl/": {"core/crypto", "relay/gateway"},
    r"wire\.pb\.h$": {"core/protocol", "core/routing", "core/transport", "core/messaging", "relay/delivery",
                      "relay/accounts", "relay/keys", "relay/presence", "relay/session"},
    r"content\.pb\.h$": {"core/content", "core/messaging"},
    r"QtSql|QSql": set(),
}
# Generated types stay out of messaging's public headers.
NO_PROTOBUF = ("core/messaging/Client.h", "core/messaging/Types.h")
FORBIDDEN_TEXT = {
    r"\bQEventLoop\b|processEvents\s*\(": "no nested event loops outside tests",
    r"\bQSqlDatabase\b": "QtSql is not used",
    r"Qt::RichText|Qt::AutoText|\bsetHtml\s*\(": "text is plain text everywhere",
}


def read_table():
    table = {}
    for line in TABLE.read_text().splitlines():
        line = line.split("#", 1)[0].strip()
        if line:
            module, allowed = line.split(":", 1)
            table[module.strip()] = set(allowed.split())
    return table


def tracked_sources():
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.h", "*.cpp"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    return [name for name in names if name and (ROOT / name).exists()]


def module_of(name):
    parts = name.split("/")
    return "/".join(parts[:2])


def target_of(include):
    """The module an include names, or None for a library's header."""
    parts = include.split("/")
    if parts[0] in CORE_MODULES and len(parts) == 2:
        return "core/" + parts[0]
    if parts[0] in ("relay", "ui", "app") and len(parts) >= 2:
        return "/".join(parts[:2])
    return None


def check_file(name, table, complain):
    module = module_of(name)
    in_product = not name.startswith("tests/")
    if in_product and module not in table:
        complain(name, 0, f"{module} has no row in tests/lint/layers.txt")
        return
    for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found and in_product:
            include = found.group(1)
            target = target_of(include)
            if target and target != module and target not in table[module]:
                complain(name, number, f"{module} may not include {target}")
            for pattern, owners in OWNED_HEADERS.items():
                if re.search(pattern, include) and module not in owners:
                    complain(name, number, f"{module} may not include {include}")
            if name in NO_PROTOBUF and ".pb.h" in include:
                complain(name, number, "generated types stay out of this header")
        if in_product:
            for pattern, why in FORBIDDEN_TEXT.items():
                if re.search(pattern, line.split("//", 1)[0]):
                    complain(name, number, why)


def main():
    violations = []

    def complain(name, number, text):
        violations.append(f"{name}:{number}: {text}")

    table = read_table()
    for name in tracked_sources():
        check_file(name, table, complain)
    for line in violations:
        print(line, file=sys.stderr)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
