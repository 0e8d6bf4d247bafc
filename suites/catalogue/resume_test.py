#!/usr/bin/env python3
"""A sweep of catalogue classes through Transformers' own exporter, killed once its first cell is settled, and gone on with.

    resume_test.py CONFORMANCE

What was settled is not run again, what was not is; the report is that of a sweep that nothing stopped. 77, which CTest shows as skipped,
where Transformers is not there.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

PATTERNS = ("llama/LlamaModel/static/*", "bert/BertModel/static/*", "t5/T5Model/static/*")
LONGEST = 600  # seconds to the first settled cell


def settled(folder):
    """The journal's lines of cells: when each was settled, and as what. A line is a checksum and an object."""
    journal = folder / "journal.jsonl"
    if not journal.exists():
        return []
    lines = journal.read_text().split("\n")[:-1]  # the last one may be half written
    return [entry for entry in (json.loads(line.split(" ", 1)[1]) for line in lines) if "cell" in entry]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        command = [sys.argv[1], "run", "--exporter", "transformers:onnx", "--backend", "onnxruntime", "--skip-code", "77", "-j1", "--quiet",
                   "--run-dir", str(folder), *(word for pattern in PATTERNS for word in ("--filter", pattern))]
        # A group of its own: the worker that exports goes with it.
        first = subprocess.Popen(command, start_new_session=True)
        end = time.monotonic() + LONGEST
        while not settled(folder):
            if (code := first.poll()) is not None:
                return code if code == 77 else f"the sweep ended with {code} before it could be killed"
            if time.monotonic() > end:
                return "no cell was settled"
            time.sleep(0.05)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        before = settled(folder)
        if len(before) >= len(PATTERNS):
            return "nothing was left to go on with"
        code = subprocess.run([*command, "--resume"], check=False).returncode
        if code != 0:
            return f"the sweep that went on ended with {code}"
        after = settled(folder)
        if after[: len(before)] != before or len(after) != len(PATTERNS):
            return f"{len(before)} cells were settled before, {len(after)} are now, of {len(PATTERNS)}"
        report = json.loads((folder / "report.json").read_text())
        verdicts = {cell["id"]: cell["verdict"] for cell in report["cells"]}
        print(*(f"{verdict}  {cell}" for cell, verdict in verdicts.items()), sep="\n")
        if len(verdicts) != len(PATTERNS) or set(verdicts.values()) != {"pass"}:
            return "not every cell passes"
        if not (folder / "report.html").stat().st_size:
            return "no page"
    return 0


if __name__ == "__main__":
    sys.exit(main())
