"""Transformers' models and exporters, and torch.onnx.export, behind the worker protocol: what transformers_worker.py serves."""
