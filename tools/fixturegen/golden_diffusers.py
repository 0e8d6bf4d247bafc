"""Makes case folders of tiny seeded models with diffusers, laid out like those in fixtures/golden.

    python golden_diffusers.py make OUT [NAME...]      the cases below (all, or those named) into OUT/NAME
    python golden_diffusers.py again FOLDER...         what the library answers today, from a folder's own checkpoint and inputs

Needs PyTorch 2.13, transformers 5.23, diffusers 0.42, safetensors. Everything runs in float32, eval mode, on one CPU thread.
"""

import copy
import json
import pathlib
import sys

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers.exporters.utils import get_leaf_tensors

from golden import as_double, difference, facts, seed_of, seeded

torch.set_num_threads(1)

UNET = dict(sample_size=8, block_out_channels=(4, 8), layers_per_block=1, norm_num_groups=2, cross_attention_dim=6, attention_head_dim=2,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"))
SIMPLE = dict(down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
              up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"), mid_block_type="UNetMidBlock2DSimpleCrossAttn",
              attention_head_dim=4)
K = dict(norm_num_groups=None, mid_block_type=None, act_fn="gelu", attention_head_dim=16, block_out_channels=(32, 32), sample_size=8,
         down_block_types=("KDownBlock2D", "KCrossAttnDownBlock2D"), up_block_types=("KCrossAttnUpBlock2D", "KUpBlock2D"))
VAE = dict(sample_size=16, block_out_channels=(4, 8), norm_num_groups=2, down_block_types=("DownEncoderBlock2D",) * 2,
           up_block_types=("UpDecoderBlock2D",) * 2)

# name: (class, config fields, options). Options: size of the sample, batch, step (none: one for each row; scalar, float), inputs (leaves
# beside those that the config asks for).
CASES = {}


def unet(name, options=None, **fields):
    CASES[name] = (UNet2DConditionModel, {**UNET, **fields}, options or {})


def vae(name, options=None, **fields):
    CASES[name] = (AutoencoderKL, {**VAE, **fields}, options or {})


unet("unet_odd", dict(size=(9, 13)), block_out_channels=(4, 8, 12), layers_per_block=[1, 2, 1],
     down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
     up_block_types=("CrossAttnUpBlock2D", "UpBlock2D", "CrossAttnUpBlock2D"), attention_head_dim=[1, 2, 3])
unet("unet_scale_shift", resnet_time_scale_shift="scale_shift", act_fn="gelu", norm_eps=1e-3, mid_block_scale_factor=1.5, out_channels=8)
unet("unet_mid_plain", mid_block_type="UNetMidBlock2D", act_fn="mish", mid_block_scale_factor=2.0)
unet("unet_mid_none", mid_block_type=None, act_fn="ReLU")
unet("unet_class_table", num_class_embeds=7)
unet("unet_class_timestep", class_embed_type="timestep", act_fn="gelu")
unet("unet_class_identity", class_embed_type="identity", time_embedding_dim=20)
unet("unet_class_projection", class_embed_type="projection", projection_class_embeddings_input_dim=5, class_embeddings_concat=True)
unet("unet_class_simple", class_embed_type="simple_projection", projection_class_embeddings_input_dim=6)
unet("unet_fourier", time_embedding_type="fourier", flip_sin_to_cos=False)
unet("unet_time", dict(inputs=["timestep_cond"]), time_embedding_dim=20, time_embedding_act_fn="silu", timestep_post_act="mish",
     time_cond_proj_dim=6, flip_sin_to_cos=False, freq_shift=1)
unet("unet_text", addition_embed_type="text", addition_embed_type_num_heads=3, encoder_hid_dim=18)
unet("unet_text_image", addition_embed_type="text_image", encoder_hid_dim=10, encoder_hid_dim_type="text_image_proj")
unet("unet_image", addition_embed_type="image", encoder_hid_dim=10, encoder_hid_dim_type="image_proj")
unet("unet_text_time", addition_embed_type="text_time", addition_time_embed_dim=5, projection_class_embeddings_input_dim=37)
unet("unet_text_proj", encoder_hid_dim=9)
unet("unet_simple", dict(inputs=["encoder_attention_mask"]), resnet_skip_time_act=True, resnet_out_scale_factor=1.4, mid_block_scale_factor=1.2,
     **SIMPLE)
unet("unet_simple_layer_norm", cross_attention_norm="layer_norm", only_cross_attention=True, cross_attention_dim=8, encoder_hid_dim=10, **SIMPLE)
unet("unet_simple_group_norm", dict(inputs=["attention_mask"]), cross_attention_norm="group_norm", cross_attention_dim=32,
     mid_block_only_cross_attention=False, resnet_time_scale_shift="scale_shift", **SIMPLE)
unet("unet_attn", dict(size=(8, 12)), down_block_types=("AttnDownBlock2D", "UNetResDownBlock2D"), up_block_types=("UNetResUpBlock2D", "AttnUpBlock2D"),
     attention_head_dim=4, norm_eps=1e-4)
unet("unet_only_cross", only_cross_attention=[True, False], down_block_types=("CrossAttnDownBlock2D",) * 2,
     up_block_types=("CrossAttnUpBlock2D",) * 2, upcast_attention=True)
unet("unet_nested", down_block_types=("CrossAttnDownBlock2D",) * 2, up_block_types=("CrossAttnUpBlock2D",) * 2, layers_per_block=2,
     transformer_layers_per_block=[[1, 2], [2, 1]], reverse_transformer_layers_per_block=[[1, 2, 1], [1, 1, 2]], use_linear_projection=True)
unet("unet_lists", down_block_types=("CrossAttnDownBlock2D",) * 2, up_block_types=("CrossAttnUpBlock2D",) * 2, cross_attention_dim=[6, 6],
     attention_head_dim=[4, 2], transformer_layers_per_block=[2, 1], layers_per_block=[2, 1])
unet("unet_padding", dict(size=(10, 7)), downsample_padding=0, block_out_channels=(4, 8, 8), attention_head_dim=4,
     down_block_types=("CrossAttnDownBlock2D", "DownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "UpBlock2D", "CrossAttnUpBlock2D"))
unet("unet_kernels", dict(size=(7, 8)), conv_in_kernel=1, conv_out_kernel=5, center_input_sample=True, in_channels=9, freq_shift=1)
unet("unet_mask", dict(inputs=["encoder_attention_mask"]), use_linear_projection=True)
unet("unet_controlnet", dict(inputs=["residuals"], size=(7, 9)))
unet("unet_scalar_step", dict(step="scalar", batch=3))
unet("unet_float_step", dict(step="float", batch=1))
unet("unet_heads", attention_head_dim=3, use_linear_projection=True)
unet("unet_one", down_block_types=("CrossAttnDownBlock2D",), up_block_types=("CrossAttnUpBlock2D",), block_out_channels=(6,), norm_num_groups=3,
     attention_head_dim=3, sample_size=None)
unet("unet_shrinking", dict(size=(12, 5)), conv_in_kernel=4, conv_out_kernel=2)

# What the checkpoints of well-known families join: each with its own blocks, embeddings and norms, made small.
unet("unet_sd2_upscaler", dict(size=(9, 12)), in_channels=7, out_channels=4, num_class_embeds=11, only_cross_attention=[True, True, False],
     block_out_channels=(4, 8, 8), down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
     up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), attention_head_dim=2, use_linear_projection=True)
unet("unet_sdxl_refiner", addition_embed_type="text_time", addition_time_embed_dim=4, projection_class_embeddings_input_dim=34,
     down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
     block_out_channels=(4, 8, 8), attention_head_dim=[2, 4, 4], transformer_layers_per_block=2, use_linear_projection=True, upcast_attention=None)
unet("unet_lcm", dict(inputs=["timestep_cond"], size=(8, 12)), time_cond_proj_dim=6, block_out_channels=(4, 8), layers_per_block=2)
unet("unet_kandinsky22", dict(size=(8, 6)), addition_embed_type="image", encoder_hid_dim=10, encoder_hid_dim_type="image_proj", out_channels=8,
     resnet_time_scale_shift="scale_shift", cross_attention_dim=8, layers_per_block=2, **SIMPLE)
unet("unet_if_stage1", dict(size=(8, 8)), addition_embed_type="text", addition_embed_type_num_heads=4, encoder_hid_dim=20, cross_attention_dim=32,
     encoder_hid_dim_type="text_proj", act_fn="gelu", cross_attention_norm="group_norm", in_channels=3, out_channels=6, resnet_time_scale_shift="scale_shift", **SIMPLE)
unet("unet_if_stage2", dict(size=(8, 10)), addition_embed_type="text", addition_embed_type_num_heads=2, encoder_hid_dim=12,
     class_embed_type="timestep", act_fn="gelu", in_channels=6, out_channels=6, resnet_out_scale_factor=1.414, resnet_skip_time_act=True,
     mid_block_scale_factor=1.414, mid_block_only_cross_attention=True, only_cross_attention=True, resnet_time_scale_shift="scale_shift", **SIMPLE)
unet("unet_unclip", class_embed_type="projection", projection_class_embeddings_input_dim=9, use_linear_projection=True, attention_head_dim=[1, 2])

# What k-diffusion's stages leave and take, as the x2 latent upscaler joins them and otherwise.
unet("unet_k_upscaler", dict(inputs=["timestep_cond"], size=(16, 24)), **{**K, "block_out_channels": (32, 32, 64, 64), "time_embedding_type": "fourier",
     "time_cond_proj_dim": 6, "timestep_post_act": "gelu", "conv_in_kernel": 1, "conv_out_kernel": 1, "in_channels": 5, "out_channels": 3,
     "down_block_types": ("KDownBlock2D",) + ("KCrossAttnDownBlock2D",) * 3, "up_block_types": ("KCrossAttnUpBlock2D",) * 3 + ("KUpBlock2D",)})
unet("unet_k_silu", dict(size=(4, 6)), **{**K, "time_embedding_dim": 32, "conv_out_kernel": 1, "act_fn": "silu"})
unet("unet_k_small", dict(size=(4, 6)), **{**K, "time_embedding_dim": 32})
unet("unet_k_layers", dict(inputs=["encoder_attention_mask"]), **{**K, "time_embedding_dim": 64, "layers_per_block": 2, "act_fn": "silu",
     "block_out_channels": (32, 64, 64), "norm_eps": 1e-2, "attention_head_dim": [8, 16, 32],
     "down_block_types": ("KCrossAttnDownBlock2D", "KDownBlock2D", "KCrossAttnDownBlock2D"),
     "up_block_types": ("KCrossAttnUpBlock2D", "KUpBlock2D", "KCrossAttnUpBlock2D"), "cross_attention_dim": [6, 6, 6]})
unet("unet_k_plain", **{**K, "down_block_types": ("KDownBlock2D",) * 2, "up_block_types": ("KUpBlock2D",) * 2, "mid_block_type": "UNetMidBlock2D",
     "norm_num_groups": 8, "class_embed_type": "identity", "class_embeddings_concat": True, "time_embedding_dim": 20})
unet("unet_k_mid", **{**K, "down_block_types": ("KCrossAttnDownBlock2D", "KDownBlock2D"), "up_block_types": ("KUpBlock2D", "KCrossAttnUpBlock2D"),
     "mid_block_type": "UNetMidBlock2DCrossAttn", "block_out_channels": (64, 32), "attention_head_dim": [4, 16]})
# Objects that are grounded, adapters inside the stages, hints; lists of widths that the way up reads from the other end.
unet("unet_gated", dict(inputs=["objects"]), attention_type="gated")
unet("unet_gated_without", attention_type="gated", use_linear_projection=True)
unet("unet_gated_image", dict(inputs=["objects"]), attention_type="gated-text-image", mid_block_type="UNetMidBlock2D")
unet("unet_hint", dict(size=(6, 7)), addition_embed_type="image_hint", encoder_hid_dim=10, encoder_hid_dim_type="image_proj", in_channels=8)
unet("unet_adapters", dict(inputs=["adapters"], size=(7, 9)))
unet("unet_adapters_mid", dict(inputs=["adapters"], adapters=3), down_block_types=("AttnDownBlock2D", "CrossAttnDownBlock2D"),
     up_block_types=("UpBlock2D", "UpBlock2D"))
unet("unet_adapters_one", dict(inputs=["adapters"], size=(5, 7)), down_block_types=("CrossAttnDownBlock2D",), up_block_types=("CrossAttnUpBlock2D",),
     block_out_channels=(4,))
unet("unet_adapters_k", dict(inputs=["adapters"]), **{**K, "down_block_types": ("KDownBlock2D",) * 2, "up_block_types": ("KUpBlock2D",) * 2})
unet("unet_self_lists", down_block_types=("AttnDownBlock2D",) * 2, up_block_types=("AttnUpBlock2D",) * 2, attention_head_dim=[2, 4])
unet("unet_simple_lists", **{**SIMPLE, "down_block_types": ("SimpleCrossAttnDownBlock2D",) * 2, "up_block_types": ("SimpleCrossAttnUpBlock2D",) * 2,
     "attention_head_dim": [2, 4]})

vae("vae_bare", dict(size=(13, 18)), use_quant_conv=False, use_post_quant_conv=False, mid_block_add_attention=False, latent_channels=3)
vae("vae_attn", dict(size=(12, 20)), down_block_types=("DownEncoderBlock2D", "AttnDownEncoderBlock2D"),
    up_block_types=("AttnUpDecoderBlock2D", "UpDecoderBlock2D"), layers_per_block=2, in_channels=1, out_channels=2)
vae("vae_three", dict(size=(21, 17)), block_out_channels=(4, 6, 8), act_fn="gelu", down_block_types=("DownEncoderBlock2D",) * 3,
    up_block_types=("UpDecoderBlock2D",) * 3, latent_channels=5, sample_size=[16, 24])
vae("vae_one", block_out_channels=(4,), down_block_types=("DownEncoderBlock2D",), up_block_types=("UpDecoderBlock2D",), norm_num_groups=1,
    act_fn="relu")
vae("vae_wide_latents", dict(size=(8, 8), batch=1), latent_channels=16, use_quant_conv=False, act_fn="mish", scaling_factor=0.36,
    shift_factor=0.1)


def unet_inputs(model, options, generator):
    config = model.config
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    batch, tokens = options.get("batch", 2), 7
    sides = config.sample_size or 8
    sides = sides if isinstance(sides, (list, tuple)) else [sides] * 2
    height, width = options.get("size", sides)
    cross = config.cross_attention_dim
    cross = cross if isinstance(cross, int) else cross[0]
    step = options.get("step")
    inputs = dict(sample=normal(batch, config.in_channels, height, width),
                  timestep=torch.tensor(421) if step == "scalar" else torch.tensor([513.25]) if step == "float" else torch.randint(0, 1000, (batch,), generator=generator),
                  encoder_hidden_states=normal(batch, tokens, config.encoder_hid_dim or cross))
    if config.num_class_embeds:
        inputs["class_labels"] = torch.randint(0, config.num_class_embeds, (batch,), generator=generator)
    elif config.class_embed_type == "timestep":
        inputs["class_labels"] = torch.randint(0, 1000, (batch,), generator=generator)
    elif config.class_embed_type == "identity":
        inputs["class_labels"] = normal(batch, config.time_embedding_dim)
    elif config.class_embed_type:
        inputs["class_labels"] = normal(batch, config.projection_class_embeddings_input_dim)
    added = {}
    if config.addition_embed_type == "text_time":
        added["text_embeds"] = normal(batch, config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim)
        added["time_ids"] = torch.randint(0, 1024, (batch, 6), generator=generator).float()
    if config.addition_embed_type == "text_image":
        added.update(text_embeds=normal(batch, cross), image_embeds=normal(batch, cross))
    if config.addition_embed_type in ("image", "image_hint"):
        added["image_embeds"] = normal(batch, config.encoder_hid_dim)
    if config.addition_embed_type == "image_hint":
        added["hint"] = normal(batch, 3, 8 * height, 8 * width)
        inputs["sample"] = normal(batch, config.in_channels - 4, height, width)
    if added:
        inputs["added_cond_kwargs"] = added
    if config.encoder_hid_dim_type == "image_proj":
        del inputs["encoder_hidden_states"]
    mask = torch.ones(batch, tokens, dtype=torch.bool)
    mask[-1, -3:] = False
    for extra in options.get("inputs", []):
        if extra == "timestep_cond":
            inputs[extra] = normal(batch, config.time_cond_proj_dim)
        elif extra == "objects":
            there = lambda: torch.randint(0, 2, (batch, 3), generator=generator).float()
            seen = dict(positive_embeddings=normal(batch, 3, cross)) if config.attention_type == "gated" else dict(
                phrases_masks=there(), image_masks=there(), phrases_embeddings=normal(batch, 3, cross), image_embeddings=normal(batch, 3, cross))
            inputs["cross_attention_kwargs"] = dict(gligen=dict(boxes=torch.rand(batch, 3, 4, generator=generator), masks=there(), **seen))
        elif extra == "adapters":
            sizes = []
            def sized(block, _, output):
                # Stages with attention on the text add before they halve the map.
                states = output[1]
                before = type(block).__name__ == "CrossAttnDownBlock2D" and block.downsamplers is not None
                sizes.append((states[-2] if before else output[0]).shape)
            hooks = [block.register_forward_hook(sized) for block in model.down_blocks]
            if model.mid_block is not None:
                hooks.append(model.mid_block.register_forward_hook(lambda _, __, output: sizes.append(output.shape)))
            with torch.no_grad():
                model(**inputs)
            for hook in hooks:
                hook.remove()
            inputs["down_intrablock_additional_residuals"] = [normal(*size) for size in sizes[:options.get("adapters", 2)]]
        elif extra == "residuals":
            states = []
            hooks = [block.register_forward_hook(lambda _, __, output: states.extend(output[1])) for block in model.down_blocks]
            hooks.append(model.conv_in.register_forward_hook(lambda _, __, output: states.append(output)))
            with torch.no_grad():
                model(**inputs)
            for hook in hooks:
                hook.remove()
            inputs["down_block_additional_residuals"] = [normal(*state.shape) for state in states]
            inputs["mid_block_additional_residual"] = normal(*states[-1].shape)
        else:
            inputs[extra] = mask
    return inputs


def vae_inputs(model, options, generator):
    config = model.config
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    batch, sides = options.get("batch", 2), config.sample_size
    height, width = options.get("size", sides if isinstance(sides, (list, tuple)) else [sides] * 2)
    return dict(sample=normal(batch, config.in_channels, height, width), latent_sample=normal(batch, config.latent_channels, 5, 4))


def call(model, inputs):
    """Outputs by dotted name; an autoencoder's are those of both entry points."""
    inputs = copy.deepcopy(inputs)
    with torch.no_grad():
        if isinstance(model, AutoencoderKL):
            latents = model.encode(inputs["sample"]).latent_dist
            outputs = {"encode.latent_parameters": latents.parameters, "encode.latent_dist.mean": latents.mean,
                       "encode.latent_dist.std": latents.std, "decode.sample": model.decode(inputs["latent_sample"]).sample}
        else:
            if "encoder_hidden_states" not in inputs:
                inputs["encoder_hidden_states"] = None
            outputs = {"sample": model(**inputs).sample}
    return {name: tensor.clone().contiguous() for name, tensor in outputs.items()}


def blocks_of(model):
    for path, module in model.named_modules():
        parts = path.split(".")
        if path and (len(parts) == 1 or parts[-2] in ("down_blocks", "up_blocks") or parts[-1] in ("mid_block", "conv_in")):
            if not isinstance(module, torch.nn.ModuleList) and any(True for _ in module.parameters()):
                yield path, module


def hidden_of(model, inputs):
    hidden = {}

    def keep(path):
        def hook(_, __, output):
            if isinstance(output, torch.Tensor):
                hidden[path] = output.detach().clone().contiguous()
            else:
                hidden.update({f"{path}.{name}": leaf.detach().clone().contiguous() for name, leaf in get_leaf_tensors(output).items()})
        return hook

    hooks = [module.register_forward_hook(keep(path)) for path, module in blocks_of(model)]
    call(model, inputs)
    for hook in hooks:
        hook.remove()
    return hidden


def write_case(folder, model, inputs, seed, name):
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tensors = {key: tensor.contiguous().clone() for key, tensor in get_leaf_tensors(inputs).items()}
    save_file(tensors, folder / "inputs.safetensors")
    expected = call(model, inputs)
    wide = call(copy.deepcopy(model).double(), {key: as_double(value) for key, value in copy.deepcopy(inputs).items()})
    hidden = hidden_of(model, inputs)
    wide_hidden = hidden_of(copy.deepcopy(model).double(), {key: as_double(value) for key, value in copy.deepcopy(inputs).items()})
    # Of the blocks too, whose values can be larger than the answer's.
    worst = max(difference(expected, wide), difference(hidden, wide_hidden))
    save_file(expected, folder / "expected.safetensors")
    save_file(hidden, folder / "hidden.safetensors")
    entries = sorted({key.split(".")[0] for key in expected}, reverse=True) if isinstance(model, AutoencoderKL) else None
    case_json = dict(name=name, library="diffusers", model_type=None, **{"class": type(model).__name__},
                     transformers_version=transformers.__version__, diffusers_version=diffusers.__version__,
                     torch_version=torch.__version__.split("+")[0], seed=seed, dtype="float32", mode="eval", forward_kwargs={},
                     inputs=facts(tensors), outputs=facts(expected), entry_points=entries,
                     tolerance=dict(fp32_fp64_max_abs=worst, atol=max(1e-5, 10 * worst), rtol=1e-4))
    (folder / "case.json").write_text(json.dumps(case_json, indent=1))


def make(out, names):
    for name, (model_class, fields, options) in CASES.items():
        if names and name not in names:
            continue
        seed = seed_of(name)
        torch.manual_seed(seed)
        model = seeded(model_class(**fields), seed).eval()
        generator = torch.Generator().manual_seed(seed)
        inputs = (vae_inputs if model_class is AutoencoderKL else unet_inputs)(model, options, generator)
        write_case(pathlib.Path(out) / name, model, inputs, seed, name)
        print(name)


def nested(tensors):
    tree = {}
    for name, tensor in tensors.items():
        parts, level = name.split("."), tree
        for part in parts[:-1]:
            level = level.setdefault(part, {})
        level[parts[-1]] = tensor
    lists = {name: [level[key] for key in sorted(level, key=int)] for name, level in tree.items()
             if isinstance(level, dict) and all(key.isdigit() for key in level)}
    return {**tree, **lists}


def again(folder):
    """Prints how far today's library is from what the folder records."""
    folder = pathlib.Path(folder)
    model = getattr(diffusers, json.loads((folder / "case.json").read_text())["class"]).from_pretrained(folder).eval()
    outputs = call(model, nested(load_file(folder / "inputs.safetensors")))
    print(folder.name, difference(load_file(folder / "expected.safetensors"), outputs))


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "make":
        make(sys.argv[2], set(sys.argv[3:]))
    elif len(sys.argv) > 2 and sys.argv[1] == "again":
        for path in sys.argv[2:]:
            again(path)
    else:
        sys.exit(__doc__)
