"""Transformers' exporters and torch.onnx.export as exporters of Conformance, and PyTorch's eager forward as a reference.

    python tools/workers/transformers_worker.py        (speaks docs/worker_protocol.md on its standard streams)

Needs torch and transformers (`tools/setup --with transformers`), and for two of the exporters executorch or openvino.
"""

from conformance_transformers.exporters import all_exporters
from conformance_transformers.reference import Eager
from conformance_worker import Worker


def main() -> int:
    """Serves until nobody asks any more; returns the exit code."""
    return Worker(exporters=all_exporters(), references=[Eager()]).main()


if __name__ == "__main__":
    raise SystemExit(main())
