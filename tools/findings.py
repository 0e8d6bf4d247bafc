"""What runs of the catalogue found, as a page for those who maintain the exporters.

    tools/findings.py RUN... >docs/findings_transformers.md      RUN: a run folder, or what `run --json` wrote

Every number and sentence about a cell is the run's own; of a cell that several runs have, that of the last one named. Only the standard
library is needed.
"""

import collections
import json
import pathlib
import re
import statistics
import sys

HEAD = """# What the catalogue finds in Transformers' exporters

Made by `tools/findings.py` from the records of the runs below; nothing here is written by hand. Each finding is a cell: a class with a tiny
seeded config, exported by the peer's own exporter, run on a runtime and judged against the class's own forward in PyTorch (f32, with f64
as the oracle). A dynamic cell runs at the traced sizes and at three that the trace has not seen. Weights are those of
`tools/workers/conformance_transformers/weights.py`, text is padded, caches are compared like any other output.
"""
WORDS = ["pass", "fail", "error", "crash", "timeout", "out-of-memory", "unsupported", "unavailable", "mistrusted", "flake", "skip",
         "expected-fail", "unexpected-pass"]


def load(path):
    path = pathlib.Path(path)
    return json.loads((path / "report.json" if path.is_dir() else path).read_text())


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]) + "\n"


def short(text, limit=200):
    """On one line, cut in the middle of its first part: what was baked in stands at its end."""
    cause, mark, baked = " ".join(text.split()).partition("; baked in: ")
    cause = cause.replace("Non-zero status code returned while running ", "")
    cause = re.sub(r"/onnxruntime_src/\S+/", "", cause)
    cause = re.sub(r"\x1b\[[0-9;]*m", "", cause)
    cause = re.sub(r"Load model from \S+ failed:|\(file: [^)]*\)", "", cause).strip()
    return (cause if len(cause) <= limit else cause[: limit - 1] + "…") + mark + baked


def kind(reason):
    """Reasons that differ in names and numbers alone."""
    text = re.sub(r"at [\w=,]+: |Non-zero status code returned while running |Load model from \S+ failed:", "", reason)
    return re.sub(r"[0-9]+|'[^']*'|\bnode_\w+", "#", text)[:70]


def counts(cells):
    groups = collections.OrderedDict()
    for cell in cells:
        groups.setdefault((cell["exporter"], cell["backend"], cell["variant"]), []).append(cell)
    words = [word for word in WORDS if any(cell["verdict"] == word for cell in cells)]
    rows = []
    for key, group in groups.items():
        found = collections.Counter(cell["verdict"] for cell in group)
        seconds = [cell["stage_seconds"].get("export", 0) for cell in group if cell["stage_seconds"].get("export")]
        rows.append([*key, len(group), *(found[word] or "" for word in words), f"{statistics.median(seconds):.1f}" if seconds else ""])
    return table(["exporter", "backend", "variant", "cells", *words, "median export, s"], rows)


def findings(cells):
    groups = collections.OrderedDict()
    for cell in cells:
        if cell["verdict"] not in ("pass", "skip", "expected-fail", "unexpected-pass", "unavailable"):
            groups.setdefault((cell["verdict"], cell["stage"], kind(cell["reason"])), []).append(cell)
    rows = []
    for (verdict, stage, _), group in sorted(groups.items(), key=lambda item: (item[0][:2], -len(item[1]))):
        names = [f"{cell['model']}/{cell['variant']}/{cell['exporter']}/{cell['backend']}" for cell in group]
        rows.append([f"{verdict} at {stage}", "<br>".join(names[:12]) + (f"<br>… {len(names) - 12} more" if len(names) > 12 else ""),
                     short(group[0]["reason"])])
    return table(["verdict", "cells", "reason of the first"], rows)


def entries(cells):
    rows = [[cell["expected"], f"{cell['model']}/{cell['variant']}", cell["verdict"], short(cell["reason"])]
            for cell in cells if cell["expected"] and cell["verdict"] != "skip"]
    return table(["entry", "cell", "verdict", "what the run says"], rows) if rows else "No entry of theirs was met.\n"


def nearest(cells):
    """How near the passes are: the worst of all outputs' errors as a share of what plain f32 arithmetic is allowed."""
    shares = sorted((figure["max_abs"] / figure["budget_max_abs"], cell["id"], figure["output"])
                    for cell in cells if cell["verdict"] == "pass" for figure in cell["figures"]
                    if figure["budget_max_abs"] and isinstance(figure["max_abs"], float))
    if not shares:
        return ""
    middle = shares[len(shares) // 2][0]
    rows = [[f"{share:.2f}", cell, output] for share, cell, output in reversed(shares[-5:])]
    return (f"{len(shares)} outputs of passing cells were compared; the median one uses {middle:.2f} of its error budget. "
            "The five that come nearest to it:\n\n" + table(["share of the budget", "cell", "output"], rows))


def main():
    runs = [load(path) for path in sys.argv[1:]]
    if not runs:
        sys.exit(__doc__)
    cells = list({cell["id"]: cell for run in runs for cell in run["cells"]}.values())
    print(HEAD)
    print("## Runs\n")
    for run in runs:
        versions = dict(run["versions"])
        for cell in run["cells"]:
            versions.update((cell["facts"].get("manifest") or {}).get("versions", {}))
        command = re.sub(r"\S*/(?=conformance )| --(run-dir|json|html|timeout|threads|worker-memory|reruns) \S+| --resume| -j1", "", run["command_line"])
        command = re.sub(r"(?<= --suite )\S*/(?=suites/)", "", command)
        command = re.sub(r"(?: --filter \S+){4,}", lambda found: f" --filter … ({found.group().count('--filter')} of them)", command)
        print(f"- `{short(command, 220)}`: {len(run['cells'])} of {run['planned']} cells, {run['seconds'] / 60:.0f} minutes, "
              f"{run['started'][:10]}; {', '.join(f'{name} {version}' for name, version in sorted(versions.items()))}")
    print(f"\n{len({cell['class'] for cell in cells})} classes of {len({cell['model'].split('/')[0] for cell in cells})} model types.\n")
    print(counts(cells))
    print("## Findings\n\nCells with one cause stand together. `conformance run --filter 'CELL/*'` repeats one.\n")
    print(findings(cells))
    print("## Entries of their lists\n\nA `disable_optimize` entry runs both ways; one that passes with the optimiser is stale.\n")
    print(entries(cells))
    print("## How near the passes are\n")
    print(nearest(cells), end="")


if __name__ == "__main__":
    main()
