"""The worker of Transformers' exporters: classes from a spec and from a folder, evaluated and exported."""

import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from conformance_worker.testing import WorkerFailed, WorkerTestCase, f32, i64, main

LLAMA = {"class": "LlamaForCausalLM", "model_type": "llama",
         "config": {"vocab_size": 64, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2,
                    "num_key_value_heads": 1, "max_position_embeddings": 32}}
MAE = {"class": "ViTMAEModel", "model_type": "vit_mae",
       "config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 16, "patch_size": 8}}


def text(batch=2, length=7):
    import numpy as np

    ids = np.arange(batch * length).reshape(batch, length) % 60 + 2
    return {"input_ids": i64(ids), "attention_mask": i64(np.ones((batch, length)))}


class TransformersWorker(WorkerTestCase):
    script = "transformers_worker.py"

    def evaluate(self, spec, tensors, oracle=False, member=0):
        return self.client.ask("evaluate", tensors, reference="pytorch", folder="", spec=spec, kwargs={}, oracle=oracle, member=member).tensors

    def export(self, exporter, tensors, config=None, **source):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        config = {"output_path": folder, "dynamic": False, **(config or {})}
        return self.client.ask("export", tensors, exporter=exporter, config=config, kwargs={}, **{"folder": "", **source}).header["artifact"]

    def refuses(self, kind, call, *args, **kwargs):
        with self.assertRaises(WorkerFailed) as caught:
            call(*args, **kwargs)
        self.assertEqual(caught.exception.kind, kind, caught.exception)
        return caught.exception

    def test_hello_names_them(self):
        hello = self.client.hello().header
        self.assertEqual(hello["exporters"], ["transformers:dynamo", "transformers:onnx", "transformers:executorch", "transformers:openvino",
                                              "torch-onnx"])
        self.assertIn("transformers", hello["references"][0]["version"])

    def test_the_oracle_is_the_same_model_in_f64(self):
        import numpy as np

        near, exact = self.evaluate(LLAMA, text()), self.evaluate(LLAMA, text(), oracle=True)
        self.assertEqual(list(near), ["logits", "past_key_values.layers.0.keys", "past_key_values.layers.0.values"])
        self.assertEqual((near["logits"].describe(), exact["logits"].describe()), ("f32[2, 7, 64]", "f64[2, 7, 64]"))
        error = np.abs(near["logits"].array - exact["logits"].array).max()
        self.assertLess(error, 1e-5)
        self.assertGreater(error, 0)
        # Norms and rotary angles name f32 in the model's code; a step in f32 would leave its error in both.
        widened = exact["logits"].array.astype(np.float32).astype(np.float64)
        self.assertFalse(np.array_equal(widened, exact["logits"].array))

    def test_a_member_is_another_legal_answer(self):
        import numpy as np

        own, exact = (self.evaluate(LLAMA, text(), oracle=oracle)["logits"].array for oracle in (False, True))
        first, again, other = (self.evaluate(LLAMA, text(), member=member)["logits"].array for member in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        self.assertFalse(np.array_equal(first, own))
        self.assertFalse(np.array_equal(first, other))
        worst = max(np.abs(member - exact).max() for member in (first, other))
        self.assertLess(worst, 10 * np.abs(own - exact).max())

    def test_every_block_of_weights_moves_an_output(self):
        import numpy as np

        before = self.evaluate(LLAMA, text())["logits"].array
        padded = text()
        padded["attention_mask"] = i64(np.array([[1] * 7, [1] * 5 + [0] * 2]))  # one of ones alone is not used
        answer = self.client.ask("sensitivity", padded, reference="pytorch", folder="", spec=LLAMA, kwargs={}).header
        self.assertEqual((answer["unmoved"], answer["unread"]), ([], []))
        np.testing.assert_array_equal(self.evaluate(LLAMA, text())["logits"].array, before)

    def test_the_same_spec_gives_the_same_weights_and_another_seed_others(self):
        import numpy as np

        first = self.evaluate(LLAMA, text())["logits"].array
        other = self.evaluate({**LLAMA, "seed": 1}, text())["logits"].array
        again = self.evaluate(LLAMA, text())["logits"].array
        np.testing.assert_array_equal(first, again)
        self.assertGreater(np.abs(first - other).max(), 0.1)

    def test_onnx_files_name_their_values_as_the_reference_does(self):
        artifact = self.export("transformers:onnx", text(), {"dynamic": True}, spec=LLAMA)
        self.assertEqual([value["name"] for value in artifact["outputs"]], list(self.evaluate(LLAMA, text())))
        self.assertEqual([value["name"] for value in artifact["inputs"]], ["input_ids", "attention_mask"])
        self.assertFalse(any(dim.isdigit() for dim in artifact["inputs"][0]["dims"]), artifact["inputs"])
        self.assertTrue(all(pathlib.Path(file).is_file() for file in artifact["files"]))
        self.assertEqual(artifact["manifest"]["class"], "LlamaForCausalLM")

    def test_torch_onnx_and_programs_do_likewise(self):
        for exporter, format_ in (("torch-onnx", "onnx"), ("transformers:dynamo", "pt2")):
            artifact = self.export(exporter, text(), spec=LLAMA)
            self.assertEqual(artifact["format"], format_)
            self.assertEqual(artifact["inputs"][0], {"name": "input_ids", "dtype": "i64", "dims": ["2", "7"]})
            self.assertEqual([value["name"] for value in artifact["outputs"]], list(self.evaluate(LLAMA, text())))

    def test_a_checkpoint_folder_gives_what_its_class_gives(self):
        import numpy as np

        with tempfile.TemporaryDirectory() as folder:
            from conformance_transformers.sources import Source

            Source(spec={**LLAMA, "init": "library"}).build().save_pretrained(folder)
            self.assertEqual(json.loads(pathlib.Path(folder, "config.json").read_text())["architectures"], ["LlamaForCausalLM"])
            answer = self.client.ask("evaluate", text(), reference="pytorch", folder=folder, kwargs={}, oracle=False)
            spec = self.evaluate({**LLAMA, "init": "library"}, text())
            np.testing.assert_array_equal(answer.tensors["logits"].array, spec["logits"].array)
            self.assertEqual(self.export("transformers:dynamo", text(), folder=folder)["format"], "pt2")

    def test_an_image_comes_through_a_deep_backbone(self):
        import numpy as np

        spec = {"class": "MobileViTModel", "model_type": "mobilevit", "amplify": 2, "config": {
            "image_size": 32, "hidden_sizes": [32, 32, 32], "neck_hidden_sizes": [16, 16, 16, 32, 32, 32, 64], "aspp_out_channels": 32}}
        draw = np.random.default_rng(1).uniform
        a, b = (self.evaluate(spec, {"pixel_values": f32(draw(-1, 1, (1, 3, 32, 32)))})["last_hidden_state"].array for _ in range(2))
        self.assertGreater(np.abs(a - b).max(), 0.1 * np.abs(a).max())

    def test_a_forward_that_draws_random_numbers_is_refused(self):
        import numpy as np

        pixels = {"pixel_values": f32(np.zeros((1, 3, 16, 16)))}
        self.assertIn("random", self.refuses("unsupported", self.evaluate, MAE, pixels).message)

    def test_an_exporter_that_raises_is_quoted_with_what_caused_it(self):
        from conformance_transformers.exporters import _raised

        try:
            try:
                raise ValueError("no function for \x1b[96maten.view_as_complex\x1b[0m\nand more")
            except ValueError as cause:
                raise RuntimeError("Failed to convert the program. \x1b[96mThis is step 3/3\x1b[0m of it") from cause
        except RuntimeError as outer:
            error = _raised(outer)
        self.assertTrue(error.message.startswith("RuntimeError: Failed to convert the program; caused by ValueError: "), error.message)
        self.assertIn("aten.view_as_complex", error.message)
        self.assertNotIn("96m", error.message)

    def test_an_exporter_that_raises_names_the_line_of_the_model(self):
        from conformance_transformers.exporters import _raised

        stack = 'Could not guard on u0\nUser Stack:\n  File "/x/transformers/models/a/modeling_a.py", line 7, in forward\n    y = x.item()\n' \
            '  File "/x/transformers/models/a/modeling_a.py", line 9, in mask\n  File "/x/torch/_tensor.py", line 3, in item'
        error = _raised(ValueError(stack))
        self.assertEqual(error.facts["at"], "transformers/models/a/modeling_a.py:9 in mask")
        self.assertEqual(error.message, "ValueError: Could not guard on u0")
        self.assertNotIn("at", _raised(ValueError("no stack")).facts)

    def test_refusals_name_what_was_found(self):
        self.assertIn("NoSuchModel", self.refuses("not found", self.evaluate, {"class": "NoSuchModel"}, text()).message)
        self.refuses("invalid", self.evaluate, {"class": "LlamaModel", "weights": 3}, text())
        self.assertIn("library", str(self.refuses("invalid", self.evaluate, {**LLAMA, "init": "loud"}, text()).facts))
        error = self.refuses("invalid", self.export, "transformers:onnx", text(), {"level": 3}, spec=LLAMA)
        self.assertIn("level", str(error.facts))
        self.assertIn("forward raises", self.refuses("internal", self.evaluate, LLAMA, {"pixels": f32([1])}).message)
        self.refuses("not found", self.client.ask, "evaluate", text(), reference="pytorch", folder="/nonexistent", kwargs={}, oracle=False)


if __name__ == "__main__":
    main("torch", "transformers")
