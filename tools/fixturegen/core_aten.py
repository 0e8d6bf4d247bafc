#!/usr/bin/env python3
"""Makes fixtures/ops/core_aten.json: ATen's core operators, those that PyTorch tags torch.Tag.core.

Usage: core_aten.py OUTPUT. Needs torch.
"""
import json
import sys

import torch

core = set()
for schema in torch._C._jit_get_all_schemas():
    if not schema.name.startswith("aten::"):
        continue
    name, overload = schema.name[len("aten::"):], schema.overload_name or "default"
    packet = getattr(torch.ops.aten, name, None)
    op = getattr(packet, overload, None)
    if op is not None and torch.Tag.core in op.tags:
        core.add(f"aten.{name}.{overload}")

lines = ",\n".join(json.dumps(target) for target in sorted(core))
with open(sys.argv[1], "w") as out:
    out.write('{"made_by": "tools/fixturegen/core_aten.py, PyTorch %s", "core": [\n%s\n]}\n' % (torch.__version__.split("+")[0], lines))
