#!/usr/bin/env python3
"""Makes suites/onnx/operator_use.json: how many nodes of each ONNX operator the zoo's own exports have.

Usage: operator_use.py CONFORMANCE OUTPUT. CONFORMANCE is the program; nothing else is needed. The same program gives the same file.

Every case of the shipped suite that exporter `onnx` takes is exported in each of its variants ("static", "dynamic", "prefill", "decode", …; the latter
two with open sizes) to a temporary folder, and `conformance list onnx-operator-use` counts what is there.
"""
import json
import pathlib
import subprocess
import sys
import tempfile


def variants(program):
    """(source, variant) of the suite's exports, each once and in order."""
    listed = subprocess.run([program, "list", "cells", "--exporter", "onnx", "--json"], check=True, capture_output=True, text=True).stdout
    return list(dict.fromkeys((row["source"], row["cell"].split("/")[-4]) for row in json.loads(listed)))


def flags(variant):
    entry, _, kind = variant.rpartition(".")
    if variant in ("prefill", "decode"):
        entry, kind = variant, "dynamic"
    return (["--entry", entry] if entry else []) + (["--dynamic"] if kind == "dynamic" else [])


def main():
    program, output = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        for number, (source, variant) in enumerate(variants(program)):
            file = pathlib.Path(folder) / f"{number}.onnx"
            subprocess.run([program, "export", source, "--format", "onnx", *flags(variant), "--output", str(file)], check=True, stdout=subprocess.DEVNULL)
        counted = subprocess.run([program, "list", "onnx-operator-use", "--data", folder, "--json"], check=True, capture_output=True, text=True).stdout
    output.write_text(counted)


if __name__ == "__main__":
    main()
