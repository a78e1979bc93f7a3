#!/usr/bin/env python3
"""Shows that a relay binary holds nothing that could decrypt: no libsignal, none of the client's layers.

usage: check_relay_link.py RELAY-BINARY; prints what it found and exits 1 when it found any.
"""
import re
import subprocess
import sys

FORBIDDEN_LIBRARY = re.compile(r"libsignal-protocol")
FORBIDDEN_SYMBOL = re.compile(
    r"\b(session_cipher_|signal_protocol_|curve_calculate_agreement)"
    r"|recado::(crypto|content|messaging|storage)::")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    binary = sys.argv[1]
    symbols = output_of("nm", "--demangle", binary).splitlines()
    if not any("recado::relay::" in symbol for symbol in symbols):
        print(f"{binary} has no symbols of the relay: is it stripped?", file=sys.stderr)
        return 1
    found = [line for line in output_of("readelf", "--dynamic", binary).splitlines()
             if FORBIDDEN_LIBRARY.search(line)]
    found += [symbol for symbol in symbols if FORBIDDEN_SYMBOL.search(symbol)]
    for line in found[:20]:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
