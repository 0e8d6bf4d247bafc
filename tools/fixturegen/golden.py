"""Makes case folders of tiny seeded models with transformers, laid out like those in fixtures/golden.

    python golden.py make OUT [NAME...]      the cases below (all, or those named) into OUT/NAME
    python golden.py again FOLDER...         what the libraries answer today, from a folder's own checkpoint and inputs
    python golden.py halves FOLDER...        writes what the model answers in f16 and in bf16 to FOLDER/halves.safetensors

Needs PyTorch 2.13, transformers 5.23, safetensors. Everything but halves runs in float32; in eval mode, on one CPU thread.
"""

import copy
import json
import pathlib
import sys
import zlib

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (BartConfig, BartForConditionalGeneration, BertConfig, BertModel, BloomConfig, BloomForCausalLM,
                          CLIPVisionConfig, DebertaV2Config, DebertaV2Model, Gemma2Config, Gemma2ForCausalLM, GPT2Config, GPT2LMHeadModel,
                          LlamaConfig, LlamaForCausalLM, LlavaConfig, LlavaForConditionalGeneration, MambaConfig, MambaForCausalLM,
                          MistralConfig, MistralForCausalLM, MixtralConfig, MixtralForCausalLM, Qwen2VLConfig,
                          Qwen2VLForConditionalGeneration, ResNetConfig, ResNetForImageClassification, SwinConfig, SwinModel, T5Config,
                          T5ForConditionalGeneration, ViTConfig, ViTForImageClassification, Wav2Vec2Config, Wav2Vec2ForCTC, WhisperConfig,
                          WhisperForConditionalGeneration)
from transformers.cache_utils import StaticCache, StaticSlidingWindowLayer
from transformers.exporters.utils import decompose_prefill_decode, get_leaf_tensors
from transformers.modeling_outputs import BaseModelOutput

torch.set_num_threads(1)
FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "checkpoints"

CLASSES = {"gpt2": (GPT2Config, GPT2LMHeadModel), "llama": (LlamaConfig, LlamaForCausalLM),
           "mistral": (MistralConfig, MistralForCausalLM), "bert": (BertConfig, BertModel), "swin": (SwinConfig, SwinModel),
           "mamba": (MambaConfig, MambaForCausalLM), "t5": (T5Config, T5ForConditionalGeneration),
           "mixtral": (MixtralConfig, MixtralForCausalLM), "llava": (LlavaConfig, LlavaForConditionalGeneration),
           "whisper": (WhisperConfig, WhisperForConditionalGeneration), "deberta": (DebertaV2Config, DebertaV2Model),
           "bart": (BartConfig, BartForConditionalGeneration), "bloom": (BloomConfig, BloomForCausalLM),
           "gemma2": (Gemma2Config, Gemma2ForCausalLM), "wav2vec2": (Wav2Vec2Config, Wav2Vec2ForCTC),
           "vit": (ViTConfig, ViTForImageClassification), "resnet": (ResNetConfig, ResNetForImageClassification),
           "qwen2_vl": (Qwen2VLConfig, Qwen2VLForConditionalGeneration)}
TOKENS = dict(bos_token_id=1, eos_token_id=2, pad_token_id=0)
SMALL = {
    "gpt2": dict(vocab_size=96, n_positions=64, n_embd=16, n_layer=2, n_head=2, **TOKENS),
    "llama": dict(vocab_size=96, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
                  num_key_value_heads=2, max_position_embeddings=64, **TOKENS),
    "mistral": dict(vocab_size=96, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=2, max_position_embeddings=64, sliding_window=None, **TOKENS),
    "bert": dict(vocab_size=96, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
                 max_position_embeddings=40),
    "swin": dict(image_size=32, patch_size=2, embed_dim=8, depths=[2, 2], num_heads=[1, 2], window_size=4, mlp_ratio=2.0),
    "mamba": dict(vocab_size=96, hidden_size=16, state_size=4, num_hidden_layers=2, time_step_rank=3, **TOKENS),
    "t5": dict(vocab_size=96, d_model=16, d_kv=6, d_ff=24, num_layers=2, num_heads=2, relative_attention_num_buckets=8,
               relative_attention_max_distance=20, decoder_start_token_id=0, pad_token_id=0, eos_token_id=2),
    "mixtral": dict(vocab_size=96, hidden_size=16, intermediate_size=12, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=2, num_local_experts=4, max_position_embeddings=64, **TOKENS),
    "llava": dict(image_token_index=95),
    "whisper": dict(vocab_size=96, d_model=16, num_mel_bins=8, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
                    decoder_attention_heads=2, encoder_ffn_dim=20, decoder_ffn_dim=20, max_source_positions=12, max_target_positions=24,
                    decoder_start_token_id=3, begin_suppress_tokens=None, **TOKENS),
    "deberta": dict(vocab_size=96, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
                    max_position_embeddings=40, relative_attention=True, position_buckets=8, pos_att_type=["p2c", "c2p"],
                    share_att_key=True, norm_rel_ebd="layer_norm", position_biased_input=False),
    "bart": dict(vocab_size=96, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2,
                 encoder_ffn_dim=24, decoder_ffn_dim=24, max_position_embeddings=40, decoder_start_token_id=2, forced_eos_token_id=None,
                 **TOKENS),
    "bloom": dict(vocab_size=96, hidden_size=16, n_layer=2, n_head=4, **TOKENS),
    "gemma2": dict(vocab_size=96, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                   head_dim=6, max_position_embeddings=64, sliding_window=4, query_pre_attn_scalar=10, attn_logit_softcapping=4.0,
                   final_logit_softcapping=6.0, **TOKENS),
    "wav2vec2": dict(vocab_size=14, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, conv_dim=[8, 12],
                     conv_kernel=[7, 3], conv_stride=[4, 2], num_conv_pos_embeddings=6, num_conv_pos_embedding_groups=4),
    "vit": dict(image_size=24, patch_size=8, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, num_labels=3),
    "resnet": dict(embedding_size=6, hidden_sizes=[8, 12], depths=[1, 2], num_labels=3),
    "qwen2_vl": dict(image_token_id=95, video_token_id=94, vision_start_token_id=93, vision_end_token_id=92),
}
ENCODER_DECODERS = ("t5", "whisper", "bart")


def rope(kind, **fields):
    return dict(rope_parameters=dict(rope_type=kind, rope_theta=10000.0, **fields))


# name: (family, config fields, options). Options: batch, length, past, pad (none, right, left, full), mask (2d, 4d, 4d_float, False),
# inputs (extra leaves), kwargs of forward, generate, eos, attn, old (config fields in place of rope_parameters), static (entries of a
# static cache, whose steps are recorded beside the others).
CASES = {}


def case(name, family, options=None, **fields):
    CASES[name] = (family, fields, options or {})


for act in ["gelu", "gelu_10", "gelu_fast", "gelu_new", "gelu_python", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate",
            "hardswish", "laplace", "leaky_relu", "linear", "mish", "quick_gelu", "relu", "relu2", "relu6", "sigmoid", "silu",
            "sqrtsoftplus", "swish", "tanh", "prelu", "xielu"]:
    case(f"gpt2_{act}", "gpt2", dict(generate=False), activation_function=act)
case("gpt2_untied", "gpt2", tie_word_embeddings=False, n_inner=20)
case("gpt2_scales", "gpt2", scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True, reorder_and_upcast_attn=True,
     layer_norm_epsilon=1e-2)
case("gpt2_scale_layer", "gpt2", scale_attn_by_inverse_layer_idx=True)
case("gpt2_types", "gpt2", dict(inputs=["token_type_ids", "position_ids"]), n_layer=3)
case("gpt2_embeds", "gpt2", dict(inputs=["inputs_embeds"], generate=False))
case("gpt2_left", "gpt2", dict(pad="left"))
case("gpt2_full", "gpt2", dict(pad="full"))
case("gpt2_packed", "gpt2", dict(pad="none", mask=False, inputs=["packed_position_ids"], kwargs=dict(use_cache=False)))
case("gpt2_keep", "gpt2", dict(kwargs=dict(use_cache=True, logits_to_keep=3)))
case("gpt2_mask4d", "gpt2", dict(mask="4d", generate=False))
case("gpt2_mask4d_float", "gpt2", dict(mask="4d_float", generate=False))
case("gpt2_bidirectional", "gpt2", dict(generate=False), is_causal=False)
case("gpt2_one", "gpt2", dict(batch=1, length=1, pad="none"), n_layer=1)
case("gpt2_eos", "gpt2", dict(eos=True))
case("gpt2_past", "gpt2", dict(past=4, pad="left"))
case("gpt2_past_two", "gpt2", dict(past=4, length=3, pad="none", mask=False, inputs=[]))

case("llama_mqa", "llama", num_key_value_heads=1)
case("llama_mha_bias", "llama", num_key_value_heads=4, attention_bias=True, mlp_bias=True)
case("llama_tied_gelu", "llama", tie_word_embeddings=True, hidden_act="gelu", rms_norm_eps=1e-3)
case("llama_head_dim", "llama", head_dim=6, num_key_value_heads=2)
case("llama_default_heads", "llama", num_key_value_heads=None)
case("llama_theta", "llama", rope_parameters=dict(rope_type="default", rope_theta=500.0))
case("llama_linear", "llama", **rope("linear", factor=4.0))
case("llama_dynamic", "llama", dict(length=40), max_position_embeddings=32, head_dim=8, **rope("dynamic", factor=2.0))
case("llama_dynamic_short", "llama", max_position_embeddings=32, head_dim=8, **rope("dynamic", factor=3.0))
case("llama_yarn", "llama", dict(length=30), head_dim=16, **rope("yarn", factor=4.0, original_max_position_embeddings=16))
case("llama_yarn_all", "llama", head_dim=16, **rope("yarn", factor=8.0, original_max_position_embeddings=8, beta_fast=16.0,
     beta_slow=2.0, mscale=0.7, mscale_all_dim=1.3, truncate=False))
case("llama_yarn_attention", "llama", head_dim=16, **rope("yarn", factor=4.0, original_max_position_embeddings=16, attention_factor=0.8))
case("llama_yarn_no_factor", "llama", head_dim=16, **rope("yarn", factor=None, original_max_position_embeddings=16))
case("llama_longrope", "llama", dict(length=30), head_dim=8, **rope("longrope", original_max_position_embeddings=16,
     short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[2.0, 3.0, 4.0, 5.0]))
case("llama_longrope_short", "llama", head_dim=8, **rope("longrope", original_max_position_embeddings=32, factor=2.0,
     short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[2.0, 3.0, 4.0, 5.0]))
case("llama_longrope_attention", "llama", dict(length=20), head_dim=8, **rope("longrope", original_max_position_embeddings=16,
     short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[2.0, 3.0, 4.0, 5.0], attention_factor=1.3))
case("llama_llama3", "llama", dict(length=30), head_dim=16, **rope("llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
     original_max_position_embeddings=32))
case("llama_proportional", "llama", head_dim=8, **rope("proportional", partial_rotary_factor=0.5))
case("llama_proportional_factor", "llama", head_dim=8, **rope("proportional", partial_rotary_factor=0.25, factor=2.0))
case("llama_old_scaling", "llama", dict(old=dict(rope_scaling=dict(type="linear", factor=2.0), rope_theta=2000.0)))
case("llama_left", "llama", dict(pad="left"))
case("llama_full", "llama", dict(pad="full"))
case("llama_packed", "llama", dict(pad="none", mask=False, inputs=["packed_position_ids"], kwargs=dict(use_cache=False)))
case("llama_positions", "llama", dict(inputs=["position_ids"]))
case("llama_embeds", "llama", dict(inputs=["inputs_embeds"], generate=False))
case("llama_keep", "llama", dict(kwargs=dict(use_cache=False, logits_to_keep=1)))
case("llama_no_mask", "llama", dict(pad="none", mask=False))
case("llama_bidirectional", "llama", dict(generate=False), is_causal=False)
case("llama_past", "llama", dict(past=5, pad="left"))
case("llama_past_many", "llama", dict(past=3, length=5, pad="none", mask=False))
case("llama_eos", "llama", dict(eos=True))
case("llama_act_mish", "llama", dict(generate=False), hidden_act="mish")
case("llama_act_relu2", "llama", dict(generate=False), hidden_act="relu2")
case("llama_act_prelu", "llama", dict(generate=False), hidden_act="prelu")

case("mistral_window1", "mistral", sliding_window=1)
case("mistral_window2", "mistral", sliding_window=2)
case("mistral_window3", "mistral", dict(pad="left"), sliding_window=3)
case("mistral_window5", "mistral", dict(length=13), sliding_window=5)
case("mistral_window9", "mistral", sliding_window=9)
case("mistral_window10", "mistral", sliding_window=10)
case("mistral_window32", "mistral", sliding_window=32)
case("mistral_window4_left", "mistral", dict(pad="left", length=11), sliding_window=4)
case("mistral_window4_full", "mistral", dict(pad="full"), sliding_window=4)
case("mistral_window_packed", "mistral", dict(pad="none", mask=False, inputs=["packed_position_ids"], kwargs=dict(use_cache=False)),
     sliding_window=3)
case("mistral_window_bidirectional", "mistral", dict(generate=False), sliding_window=3, is_causal=False)
case("mistral_window_past", "mistral", dict(past=7, pad="left"), sliding_window=4)
case("mistral_window_past_short", "mistral", dict(past=2, pad="none"), sliding_window=6)
case("mistral_window_past_many", "mistral", dict(past=7, length=4, pad="none", mask=False), sliding_window=4)
case("mistral_odd", "mistral", hidden_size=18, num_attention_heads=4, num_key_value_heads=4, head_dim=None)
case("mistral_odd_head_dim", "mistral", hidden_size=20, num_attention_heads=3, num_key_value_heads=3, head_dim=10)
case("mistral_tied", "mistral", tie_word_embeddings=True, num_key_value_heads=4, hidden_act="relu")
case("mistral_no_cache", "mistral", dict(kwargs=dict(use_cache=False)), sliding_window=4)
case("mistral_llama3", "mistral", dict(length=20), sliding_window=6, head_dim=8, **rope("llama3", factor=4.0, low_freq_factor=1.0,
     high_freq_factor=4.0, original_max_position_embeddings=32))

case("bert_relu", "bert", hidden_act="relu", layer_norm_eps=1e-3)
case("bert_gelu_new", "bert", hidden_act="gelu_new", type_vocab_size=5, num_hidden_layers=3)
case("bert_left", "bert", dict(pad="left"))
case("bert_full", "bert", dict(pad="full"))
case("bert_no_mask", "bert", dict(pad="none", mask=False, inputs=[]))
case("bert_positions", "bert", dict(inputs=["position_ids", "token_type_ids"]))
case("bert_embeds", "bert", dict(inputs=["inputs_embeds"]))
case("bert_decoder", "bert", is_decoder=True)
case("bert_decoder_no_cache", "bert", dict(kwargs=dict(use_cache=False)), is_decoder=True)
case("bert_decoder_past", "bert", dict(past=4, pad="right"), is_decoder=True)
case("bert_chunked", "bert", dict(inputs=["token_type_ids"]), chunk_size_feed_forward=3)
case("bert_no_pad_token", "bert", pad_token_id=None)
case("bert_mask4d", "bert", dict(mask="4d"))


for family in ("gpt2", "llama", "mistral", "bert"):
    case(f"{family}_eager", family, dict(attn="eager", pad="left"))
    case(f"{family}_eager_full", family, dict(attn="eager", pad="full"))
    case(f"{family}_eager_no_mask", family, dict(attn="eager", pad="none", mask=False, inputs=[]))
case("mistral_eager_window", "mistral", dict(attn="eager", pad="left"), sliding_window=4)
case("bert_eager_decoder", "bert", dict(attn="eager", pad="full"), is_decoder=True)

# Windows of 5 in maps of 17 x 13, which patches, merging and windows all leave a rest of.
case("swin_odd", "swin", dict(size=(33, 26)), window_size=5, qkv_bias=False, hidden_act="relu")
case("swin_last_fits", "swin", dict(size=(16, 20)), window_size=4, depths=[2, 3], layer_norm_eps=1e-3)
case("swin_absolute", "swin", use_absolute_embeddings=True, image_size=[32, 24], patch_size=[2, 3], num_channels=2, window_size=3)
case("swin_stretched", "swin", dict(size=(40, 48), kwargs=dict(interpolate_pos_encoding=True)), use_absolute_embeddings=True, patch_size=4,
     window_size=3)
case("swin_three", "swin", dict(size=(45, 37)), depths=[1, 2, 2], num_heads=[2, 1, 4], window_size=3, patch_size=3)
case("mamba_bias", "mamba", use_bias=True, use_conv_bias=False, tie_word_embeddings=False, expand=3, conv_kernel=3, hidden_act="gelu")
case("mamba_auto_rank", "mamba", dict(pad="left"), time_step_rank="auto", residual_in_fp32=False, conv_kernel=7)
case("t5_gated", "t5", dict(pad="right"), feed_forward_proj="gated-gelu", tie_word_embeddings=False, num_decoder_layers=1)
case("t5_far", "t5", dict(length=40, target=17), feed_forward_proj="gated-silu", relative_attention_num_buckets=12)
case("t5_no_mask", "t5", dict(pad="none", mask=False), num_heads=3)
case("mixtral_three", "mixtral", dict(pad="left"), num_local_experts=5, num_experts_per_tok=3, tie_word_embeddings=True, hidden_act="gelu")
case("mixtral_window", "mixtral", dict(length=11), sliding_window=4, head_dim=6, num_experts_per_tok=1)
case("llava_full", "llava", vision_feature_select_strategy="full", vision_feature_layer=-1, projector_hidden_act="relu",
     multimodal_projector_bias=False)
case("llava_layers", "llava", dict(text="mistral", batch=2), vision_feature_layer=[1, -2])
case("whisper_heads", "whisper", decoder_attention_heads=4, encoder_layers=1, decoder_layers=3, activation_function="relu")
case("whisper_untied", "whisper", tie_word_embeddings=False, encoder_ffn_dim=12, num_mel_bins=5)
case("deberta_apart", "deberta", share_att_key=False, pos_att_type=["c2p"], norm_rel_ebd="none", type_vocab_size=2, position_biased_input=True,
     position_buckets=-1)
case("deberta_conv", "deberta", dict(length=30), pos_att_type="p2c", conv_kernel_size=3, conv_act="gelu", embedding_size=12, position_buckets=6)
case("deberta_absolute", "deberta", dict(pad="left"), relative_attention=False, pos_att_type=None, position_biased_input=True)
case("bart_shifted", "bart", dict(pad="right", inputs=["shifted"], generate=False), decoder_layers=1, decoder_start_token_id=5)
case("bart_scaled", "bart", scale_embedding=True, activation_function="relu", decoder_layers=1, encoder_layers=3)
# Buffers that a window fills and empties again, beside others that hold all; heads, slopes and buckets over their whole length.
case("gpt2_static", "gpt2", dict(static=16, pad="left"))
case("llama_static", "llama", dict(static=15, pad="left"), num_key_value_heads=1, **rope("linear", factor=2.0))
case("mistral_static", "mistral", dict(static=16, pad="left"), sliding_window=5)
case("mistral_static_wide", "mistral", dict(static=16, pad="left", attn="eager"), sliding_window=40)
case("mixtral_static", "mixtral", dict(static=16, pad="left"), num_local_experts=3)
case("gemma2_static", "gemma2", dict(static=16, pad="left"), num_hidden_layers=3, sliding_window=6)
case("bloom_static", "bloom", dict(static=16, pad="left"), hidden_size=18, n_head=3)
case("t5_static", "t5", dict(static=12), feed_forward_proj="gated-gelu")
case("bart_static", "bart", dict(static=12), decoder_layers=1)
case("whisper_static", "whisper", dict(static=12), decoder_layers=1)
case("llava_static", "llava", dict(static=40))
case("qwen2_vl_static", "qwen2_vl", dict(rows=[[3, (1, 4, 4), 2]], static=20))
case("bart_heads", "bart", dict(pad="none", mask=False), decoder_attention_heads=4, encoder_ffn_dim=16)

# Three heads take their slopes from two and four, seven from four and eight.
case("bloom_three", "bloom", dict(pad="left"), hidden_size=18, n_head=3, apply_residual_connection_post_layernorm=True)
case("bloom_seven", "bloom", dict(pad="full"), hidden_size=28, n_head=7, layer_norm_epsilon=1e-2)
case("bloom_one", "bloom", dict(pad="none", mask=False), n_head=1, n_layer=1)
case("bloom_slow", "bloom", pretraining_tp=3, slow_but_exact=True, n_head=2)
case("bloom_tp", "bloom", pretraining_tp=2, tie_word_embeddings=False)
case("bloom_past", "bloom", dict(past=5, pad="left"), hidden_size=20, n_head=5)
case("bloom_past_many", "bloom", dict(past=3, length=4, pad="none", mask=False), n_head=8)
case("bloom_embeds", "bloom", dict(inputs=["inputs_embeds"], generate=False))
case("bloom_bidirectional", "bloom", dict(generate=False), is_causal=False)
case("bloom_eos", "bloom", dict(eos=True), n_layer=3)
case("gemma2_no_caps", "gemma2", attn_logit_softcapping=None, final_logit_softcapping=None, attention_bias=True)
case("gemma2_types", "gemma2", dict(pad="left", length=11), num_hidden_layers=3,
     layer_types=["full_attention", "sliding_attention", "sliding_attention"], sliding_window=5)
case("gemma2_sliding", "gemma2", dict(pad="left"), layer_types=["sliding_attention"] * 2, num_key_value_heads=1)
case("gemma2_full_attention", "gemma2", layer_types=["full_attention"] * 2, hidden_activation="silu", num_key_value_heads=4)
case("gemma2_untied", "gemma2", tie_word_embeddings=False, query_pre_attn_scalar=3, hidden_activation="gelu", rms_norm_eps=1e-3)
case("gemma2_past", "gemma2", dict(past=7, pad="left"), num_hidden_layers=3)
case("gemma2_past_many", "gemma2", dict(past=6, length=4, pad="none", mask=False))
case("gemma2_past_short", "gemma2", dict(past=2, length=2, pad="none"), sliding_window=5)
case("gemma2_packed", "gemma2", dict(pad="none", mask=False, inputs=["packed_position_ids"], kwargs=dict(use_cache=False)))
case("gemma2_window1", "gemma2", sliding_window=1)
case("gemma2_window2", "gemma2", dict(pad="left"), sliding_window=2)
case("gemma2_mask4d", "gemma2", dict(mask="4d_float", generate=False))
case("gemma2_full", "gemma2", dict(pad="full"))
case("gemma2_embeds", "gemma2", dict(inputs=["inputs_embeds"], generate=False, kwargs=dict(use_cache=True, logits_to_keep=2)))
case("gemma2_linear", "gemma2", dict(length=20), **rope("linear", factor=3.0))
case("gemma2_yarn", "gemma2", dict(length=20), head_dim=16, **rope("yarn", factor=4.0, original_max_position_embeddings=16))
case("gemma2_bidirectional", "gemma2", dict(generate=False), is_causal=False)
case("gemma2_eos", "gemma2", dict(eos=True), head_dim=8, num_attention_heads=2, num_key_value_heads=2)
# Names of more labels than one digit, images that no patch divides, tables that are stretched.
case("vit_odd", "vit", image_size=[37, 22], patch_size=[8, 5], num_channels=1, qkv_bias=False, hidden_act="relu", num_labels=11)
case("vit_stretched", "vit", dict(size=(35, 50), kwargs=dict(interpolate_pos_encoding=True)), layer_norm_eps=1e-3)
case("vit_shrunk", "vit", dict(size=(16, 24), kwargs=dict(interpolate_pos_encoding=True)), hidden_act="gelu_new", image_size=40)
case("vit_same", "vit", dict(kwargs=dict(interpolate_pos_encoding=True)))
case("vit_masked", "vit", dict(image_mask=True), num_attention_heads=4, num_hidden_layers=1)
case("vit_no_labels", "vit", num_labels=0, pooler_output_size=5, pooler_act="relu")
case("vit_eager", "vit", dict(attn="eager"), hidden_size=18, num_attention_heads=4, hidden_act="quick_gelu")
case("vit_default_labels", "vit", dict(batch=1), num_labels=2)
case("resnet_basic", "resnet", dict(size=(33, 47)), layer_type="basic", downsample_in_first_stage=True, hidden_act="gelu")
case("resnet_early", "resnet", dict(size=(50, 35)), downsample_in_bottleneck=True, hidden_sizes=[8, 8, 16], depths=[2, 1, 1], num_channels=4)
case("resnet_same_width", "resnet", hidden_sizes=[6, 6], layer_type="basic", hidden_act="prelu", num_labels=0)
case("resnet_tiny_image", "resnet", dict(size=(1, 7)), depths=[0, 1], hidden_act="silu")
case("resnet_first", "resnet", downsample_in_first_stage=True, downsample_in_bottleneck=True, hidden_sizes=[10, 14], num_labels=1)

case("wav2vec2_stable", "wav2vec2", dict(heard=[173, 110]), do_stable_layer_norm=True, feat_extract_norm="layer", conv_bias=True,
     num_conv_pos_embeddings=5, hidden_act="relu", adapter_attn_dim=6)
case("wav2vec2_adapter", "wav2vec2", dict(heard=[160, 51]), add_adapter=True, output_hidden_size=12, num_adapter_layers=2)
case("wav2vec2_adapter_stride", "wav2vec2", add_adapter=True, adapter_stride=3, adapter_kernel_size=4, num_adapter_layers=1,
     feat_extract_activation="gelu_new", do_stable_layer_norm=True)
case("wav2vec2_layer", "wav2vec2", dict(samples=91), feat_extract_norm="layer", conv_dim=[6, 8, 10], conv_kernel=[5, 3, 2],
     conv_stride=[3, 1, 2], num_conv_pos_embedding_groups=16, layer_norm_eps=1e-2)
case("wav2vec2_group_bias", "wav2vec2", dict(heard=[173, 20]), conv_bias=True, mask_time_prob=0.0, num_conv_pos_embedding_groups=1)
case("wav2vec2_unheard", "wav2vec2", dict(heard=[5, 173]), adapter_attn_dim=4)
case("wav2vec2_eager", "wav2vec2", dict(heard=[173, 110], attn="eager"), num_attention_heads=4)
case("wav2vec2_eager_stable", "wav2vec2", dict(heard=[9, 110], attn="eager", samples=131), do_stable_layer_norm=True, num_attention_heads=1)
case("wav2vec2_one", "wav2vec2", dict(samples=60), conv_dim=[8], conv_kernel=[10], conv_stride=[5], num_conv_pos_embeddings=3,
     num_hidden_layers=1, mask_feature_prob=0.1, mask_time_prob=0.0)

# Images of several sizes in a row, rows of several images, none, and videos.
case("qwen2_vl_rows", "qwen2_vl", dict(rows=[[3, (1, 4, 6), 2, (1, 2, 2), 3], [5], [1, (1, 6, 2), 2]], pad="left"), tie_word_embeddings=True)
case("qwen2_vl_right", "qwen2_vl", dict(rows=[[2, (1, 2, 6), 4], [1, (1, 4, 4), 1, (1, 2, 4), 2]], generate=False))
case("qwen2_vl_video", "qwen2_vl", dict(rows=[[3, ("video", 3, 4, 2), 2, (1, 2, 4), 4]], vision=dict(depth=2)))
case("qwen2_vl_videos", "qwen2_vl", dict(rows=[[2, ("video", 2, 2, 4), 3], [1, (1, 4, 2), 1, ("video", 4, 2, 2), 1]], pad="left"))
case("qwen2_vl_merge3", "qwen2_vl", dict(rows=[[2, (1, 6, 3), 2, (2, 3, 9), 3]], vision=dict(spatial_merge_size=3, patch_size=3, in_channels=1,
     temporal_patch_size=1, hidden_act="gelu", num_heads=1, mlp_ratio=3), mask=False))
case("qwen2_vl_merge1", "qwen2_vl", dict(rows=[[2, (1, 2, 3), 3], [3, (1, 1, 4), 1]], pad="left", vision=dict(spatial_merge_size=1, embed_dim=24,
     depth=2), text=dict(hidden_act="gelu", rms_norm_eps=1e-3)))
case("qwen2_vl_text", "qwen2_vl", dict(pad="left", inputs=[]))
case("qwen2_vl_text_no_mask", "qwen2_vl", dict(pad="none", mask=False, inputs=[]))
case("qwen2_vl_window", "qwen2_vl", dict(rows=[[4, (1, 4, 4), 5]], text=dict(use_sliding_window=True, sliding_window=4, max_window_layers=1,
     num_hidden_layers=3)))
case("qwen2_vl_window_types", "qwen2_vl", dict(rows=[[4, (1, 4, 4), 5], [1, (1, 2, 2), 1]], pad="left", text=dict(use_sliding_window=True,
     sliding_window=5, layer_types=["sliding_attention", "full_attention"])))
case("qwen2_vl_sliding", "qwen2_vl", dict(rows=[[4, (1, 4, 4), 5]], text=dict(use_sliding_window=True, sliding_window=3, max_window_layers=0)))
case("qwen2_vl_eager", "qwen2_vl", dict(rows=[[4, (1, 4, 4), 5], [1, ("video", 2, 2, 2), 3]], attn="eager", pad="left"))
case("qwen2_vl_heads", "qwen2_vl", dict(rows=[[4, (1, 4, 4), 5]], text=dict(hidden_size=24, num_attention_heads=3, num_key_value_heads=3,
     rope_parameters=dict(rope_type="yarn", factor=2.0, original_max_position_embeddings=32, mrope_section=[2, 1, 1])),
     vision=dict(hidden_size=24)))
case("qwen2_vl_linear", "qwen2_vl", dict(rows=[[4, (1, 4, 4), 5]], text=dict(rope_parameters=dict(rope_type="linear", factor=2.0,
     mrope_section=[0, 1, 2, 1])), kwargs=dict(use_cache=True, logits_to_keep=2)))


def seeded(model, seed):
    """Weights that give activations of order one, norms that are not all ones, biases that are not zero."""
    generator = torch.Generator().manual_seed(seed)
    normal = lambda shape: torch.randn(shape, generator=generator)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if parameter.dtype != torch.float32 or "act" in name.rsplit(".", 2)[-2]:
                continue
            if name.endswith("A_log"):
                parameter.copy_(0.5 * normal(parameter.shape))
            elif parameter.dim() < 2:
                centre = 1.0 if name.endswith("weight") else 0.0
                parameter.copy_(centre + 0.1 * normal(parameter.shape))
            else:
                inputs = parameter.shape[0] if "c_" in name else parameter[0].numel() if parameter.dim() != 3 else parameter.shape[-1]
                parameter.copy_(normal(parameter.shape) * 1.2 / inputs**0.5)
        for name, buffer in sorted(model.named_buffers()):
            if name.endswith(("running_mean", "running_var")):
                buffer.copy_(0.2 * normal(buffer.shape).abs() + 1 if name.endswith("var") else 0.2 * normal(buffer.shape))
    return model


def count_all(value):
    """A sliding layer of a static cache that is full counts on in a Python number alone; a recording has no place for that but the tensor."""
    caches = [value.self_attention_cache] if isinstance(value, transformers.EncoderDecoderCache) else [value]
    for layer in (layer for cache in caches for layer in getattr(cache, "layers", [])):
        if isinstance(layer, StaticSlidingWindowLayer):
            layer.cumulative_length.fill_(layer.cumulative_length_int)


def leaves(outputs):
    count_all(outputs.get("past_key_values"))
    return {name: tensor.detach().clone().contiguous() for name, tensor in get_leaf_tensors(outputs).items()}


def difference(a, b):
    worst = 0.0
    for name in a:
        if a[name].is_floating_point() and a[name].numel():
            worst = max(worst, (a[name].double() - b[name].double()).abs().nan_to_num(0, 0, 0).max().item())
    return worst


def as_double(value):
    if isinstance(value, torch.Tensor):
        return value.double() if value.is_floating_point() else value
    if isinstance(value, transformers.EncoderDecoderCache):
        value = copy.deepcopy(value)
        value.self_attention_cache = as_double(value.self_attention_cache)
        value.cross_attention_cache = as_double(value.cross_attention_cache)
        return value
    if isinstance(value, transformers.Cache):
        value = copy.deepcopy(value)
        for layer in value.layers:
            if hasattr(layer, "conv_states"):
                for states in (layer.conv_states, layer.recurrent_states):
                    for index, state in states.items():
                        states[index] = None if state is None else state.double()
            elif layer.is_initialized:
                layer.keys, layer.values, layer.dtype = layer.keys.double(), layer.values.double(), torch.float64
        return value
    if isinstance(value, (list, tuple)):
        return type(value)(as_double(item) for item in value)
    if isinstance(value, dict):
        value = copy.deepcopy(value)
        for key in list(value):
            value[key] = as_double(value[key])
        return value
    return value


def as_double_model(model):
    double = copy.deepcopy(model).double()
    if hasattr(double, "set_experts_implementation"):
        double.set_experts_implementation("eager")  # the grouped product has no f64
    return double


def call(model, double, inputs, kwargs):
    with torch.no_grad():
        single = leaves(model(**copy.deepcopy(inputs), **kwargs))
        wide = leaves(double(**{name: as_double(value) for name, value in copy.deepcopy(inputs).items()}, **kwargs))
    return single, difference(single, wide)


def facts(tensors):
    return {name: dict(dtype=str(t.dtype).removeprefix("torch."), shape=list(t.shape)) for name, t in tensors.items()}


def split_kwargs(captured):
    """A captured call: its leaf tensors by name, and what is no tensor."""
    tensors, plain = {}, {}
    for name, value in captured.items():
        if isinstance(value, torch.Tensor):
            tensors[name] = value
        elif isinstance(value, (transformers.Cache, dict)):
            count_all(value)
            tensors.update({f"{name}.{key}": leaf for key, leaf in get_leaf_tensors(value).items()})
            plain[name] = dict(object=type(value).__name__)
        elif value is not None:
            plain[name] = value
    return {name: tensor.contiguous().clone() for name, tensor in tensors.items()}, plain


def margin_of(model, sequences, prompt, mask):
    """Smallest gap between the best and the second best logit of a chosen token."""
    attention = torch.cat([mask, torch.ones(mask.shape[0], sequences.shape[1] - prompt, dtype=mask.dtype)], 1)
    positions = (attention.cumsum(-1) - 1).masked_fill(attention == 0, 0)
    places = {} if isinstance(model, MambaForCausalLM) else dict(position_ids=positions)
    with torch.no_grad():
        logits = model(input_ids=sequences, attention_mask=attention, **places).logits[:, prompt - 1:-1]
    best = logits.topk(2, -1).values
    return (best[..., 0] - best[..., 1]).min().item()


def record_other_generation(model, double, folder, case_json, inputs):
    """Of classes with more than a prompt of text: one row of the forward's own inputs, and the steps from it."""
    prompt = {name: tensor[:1] for name, tensor in inputs.items() if not name.startswith("decoder_")}
    if "mm_token_type_ids" in inputs:
        prompt = inputs  # pictures belong to all rows together
    # Whisper's own generate() cuts audio into windows and takes special tokens away.
    sequences = transformers.GenerationMixin.generate(model, **prompt, max_new_tokens=8, do_sample=False)
    save_file({name: tensor.contiguous() for name, tensor in prompt.items()}, folder / "generate_inputs.safetensors")
    config = model.generation_config
    generate = dict(max_new_tokens=8, do_sample=False, num_beams=1, inputs="generate_inputs.safetensors", sequences=sequences.tolist(),
                    eos_token_id=config.eos_token_id, pad_token_id=config.pad_token_id, bos_token_id=config.bos_token_id,
                    decoder_start_token_id=config.decoder_start_token_id, gen_kwargs={})
    case_json["generate"] = generate
    return record_steps(model, double, folder, generate, prompt)


def record_steps(model, double, folder, generate, inputs):
    worst = 0.0
    for name, (_, captured) in decompose_prefill_decode(model, inputs).items():
        tensors, plain = split_kwargs(captured)
        save_file(tensors, folder / f"{name}_inputs.safetensors")
        outputs, error = call(model, double, captured, {})
        save_file(outputs, folder / f"{name}_expected.safetensors")
        generate[name] = dict(inputs=facts(tensors), non_tensor_kwargs=plain, outputs=facts(outputs), fp32_fp64_max_abs=error)
        worst = max(worst, error)
    return worst


def record_static_cache(model, double, folder, case_json, length):
    """One step over buffers of `length` entries behind the prompt that was recorded (two rows, the second padded on the left, where there
    are two), and what generate() gives with such a cache."""
    name = "generate_batch" if "generate_batch" in case_json else "generate"
    recorded = case_json[name]
    prompt = load_file(folder / recorded["inputs"])
    sequences = transformers.GenerationMixin.generate(model, **prompt, max_new_tokens=recorded["max_new_tokens"], do_sample=False,
                                                      cache_implementation="static", disable_compile=True)
    if sequences.tolist() != recorded["sequences"]:
        raise RuntimeError("a static cache gives other tokens")
    case_json["generate_static_cache"] = {**{key: recorded[key] for key in ("max_new_tokens", "do_sample", "inputs", "sequences")},
                                          "gen_kwargs": dict(cache_implementation="static")}
    text = model.config.get_text_config(decoder=True)
    cache = StaticCache(config=text, max_cache_len=length)
    inputs = dict(prompt)
    with torch.no_grad():
        if model.config.is_encoder_decoder:
            encoded = model.get_encoder()(**prompt)
            cross = StaticCache(config=text, max_cache_len=encoded.last_hidden_state.shape[1])
            cache = transformers.EncoderDecoderCache(cache, cross)
            inputs = dict(encoder_outputs=encoded, decoder_input_ids=sequences[:, :1])
            inputs.update({key: tensor for key, tensor in prompt.items() if key == "attention_mask"})
            first = model(**inputs, past_key_values=cache, use_cache=True)
            step = {**inputs, "decoder_input_ids": sequences[:, 1:2], "encoder_outputs": BaseModelOutput(last_hidden_state=encoded.last_hidden_state)}
        else:
            mask = prompt.get("attention_mask", torch.ones_like(prompt["input_ids"]))
            steps = [load_file(folder / f"{step}_inputs.safetensors") for step in ("prefill", "decode")]
            places = [dict(position_ids=step["position_ids"]) if "position_ids" in step else {} for step in steps]
            whole = torch.nn.functional.pad(mask, (0, length - mask.shape[1]))  # Bloom wants all of it in every step
            first = model(**{**prompt, "attention_mask": whole, **places[0]}, past_key_values=cache, use_cache=True)
            whole = whole.clone()
            whole[:, mask.shape[1]] = 1
            step = dict(input_ids=sequences[:, mask.shape[1]:mask.shape[1] + 1], attention_mask=whole)
            step.update(places[1])
    step = {**{key: value.contiguous() if isinstance(value, torch.Tensor) else value for key, value in step.items()}, "past_key_values": cache}
    if first.logits[:, -1].argmax(-1).tolist() != sequences[:, sequences.shape[1] - recorded["max_new_tokens"]].tolist():
        raise RuntimeError("the prefill chose another token")
    tensors, plain = split_kwargs(step)
    # What attention to an encoder sees is no buffer here, and is never written again.
    tensors = {key: tensor for key, tensor in tensors.items() if not ("cross_attention_cache" in key and key.endswith("cumulative_length"))}
    save_file(tensors, folder / "decode_static_cache_inputs.safetensors")
    outputs, error = call(model, double, step, dict(use_cache=True))
    outputs = {key: tensor for key, tensor in outputs.items() if not ("cross_attention_cache" in key and key.endswith("cumulative_length"))}
    save_file(outputs, folder / "decode_static_cache_expected.safetensors")
    plain["use_cache"] = True
    case_json["generate"]["decode_static_cache"] = dict(inputs=facts(tensors), non_tensor_kwargs=plain, outputs=facts(outputs),
                                                        fp32_fp64_max_abs=error)
    return error


def record_generation(model, double, folder, case_json, seed, eos):
    vocabulary = model.config.get_text_config().vocab_size
    for attempt in range(400):
        generator = torch.Generator().manual_seed(seed * 1000 + attempt)
        prompt = torch.randint(3, vocabulary, (1, 6), generator=generator)
        batch = torch.randint(3, vocabulary, (2, 7), generator=generator)
        batch[1, :3] = 0
        mask = torch.ones_like(batch)
        mask[1, :3] = 0
        runs = []
        for ids, attention in ((prompt, torch.ones_like(prompt)), (batch, mask)):
            sequences = model.generate(input_ids=ids, attention_mask=attention, max_new_tokens=8, do_sample=False)
            runs.append((ids, attention, sequences, margin_of(model, sequences, ids.shape[1], attention)))
        if eos:
            # An end token in the middle of the first run and of one row of the second.
            model.generation_config.eos_token_id = [runs[0][2][0, 9].item(), runs[1][2][0, 10].item()]
            runs = [(ids, attention, model.generate(input_ids=ids, attention_mask=attention, max_new_tokens=8, do_sample=False), margin)
                    for ids, attention, _, margin in runs]
            if runs[0][2].shape[1] == 14 or runs[1][2].shape[1] != 15:
                model.generation_config.eos_token_id = 2
                continue
        if min(run[3] for run in runs) > 5e-3 and (eos or not any((run[2][:, run[0].shape[1]:] == 2).any() for run in runs)):
            break
    else:
        raise RuntimeError("no prompt with a clear answer")
    (ids, attention, sequences, margin), (batch_ids, batch_mask, batch_sequences, batch_margin) = runs
    save_file(dict(input_ids=ids, attention_mask=attention), folder / "generate_inputs.safetensors")
    save_file(dict(input_ids=batch_ids, attention_mask=batch_mask), folder / "generate_batch_inputs.safetensors")
    config = model.generation_config
    generate = dict(max_new_tokens=8, do_sample=False, num_beams=1, inputs="generate_inputs.safetensors", sequences=sequences.tolist(),
                    new_tokens=sequences[0, 6:].tolist(), min_top1_margin=margin, eos_token_id=config.eos_token_id,
                    pad_token_id=config.pad_token_id, bos_token_id=config.bos_token_id, decoder_start_token_id=None, gen_kwargs={})
    # Steps of the left-padded batch: they hold masks, unlike those of a single prompt.
    worst = record_steps(model, double, folder, generate, dict(input_ids=batch_ids, attention_mask=batch_mask))
    case_json["generate"] = generate
    case_json["generate_batch"] = dict(max_new_tokens=8, do_sample=False, inputs="generate_batch_inputs.safetensors",
                                       padding="left, row 1 by 3", sequences=batch_sequences.tolist(),
                                       new_tokens=batch_sequences[:, 7:].tolist(), min_top1_margin=batch_margin)
    return worst


def make_inputs(model, options, seed):
    config = model.config
    generator = torch.Generator().manual_seed(seed)
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    if isinstance(model, (SwinModel, ViTForImageClassification, ResNetForImageClassification)):
        sides = getattr(config, "image_size", 48)
        sides = sides if isinstance(sides, (list, tuple)) else [sides] * 2
        inputs = dict(pixel_values=normal(options.get("batch", 2), config.num_channels, *options.get("size", sides)))
        if options.get("image_mask"):
            inputs["attention_mask"] = torch.ones(2, 1 + (sides[0] // config.patch_size) * (sides[1] // config.patch_size)).long()
            inputs["attention_mask"][1, 3:6] = 0
        return inputs
    if isinstance(model, LlavaForConditionalGeneration):
        vision = config.vision_config
        tokens = (vision.image_size // vision.patch_size)**2 + (config.vision_feature_select_strategy == "full")
        batch = options.get("batch", 1)
        ids = torch.randint(3, 90, (batch, tokens + 6), generator=generator)
        ids[:, 2:2 + tokens] = config.image_token_id
        return dict(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=normal(batch, 3, vision.image_size, vision.image_size))
    if isinstance(model, WhisperForConditionalGeneration):
        ids = torch.randint(4, 90, (2, 5), generator=generator)
        return dict(input_features=normal(2, config.num_mel_bins, 2 * config.max_source_positions), decoder_input_ids=ids)
    if isinstance(model, Wav2Vec2ForCTC):
        samples = options.get("samples", 173)
        inputs = dict(input_values=normal(2, samples))
        if "heard" in options:
            inputs["attention_mask"] = (torch.arange(samples)[None] < torch.tensor(options["heard"])[:, None]).long()
        return inputs
    if isinstance(model, Qwen2VLForConditionalGeneration) and "rows" in options:
        return make_picture_inputs(config, options, generator)
    batch, length, past = options.get("batch", 2), options.get("length", 9), options.get("past", 0)
    pad, total = options.get("pad", "right"), options.get("length", 9)
    length = options.get("length", 1) if past else length
    total = past + length
    ids = torch.randint(3, config.get_text_config().vocab_size, (batch, total), generator=generator)
    mask = torch.ones_like(ids)
    if pad == "right":
        mask[-1, -2:] = 0
    elif pad == "left":
        mask[-1, :3] = 0
    elif pad == "full":
        mask[-1, :] = 0
    ids = ids.masked_fill(mask == 0, 0)
    inputs = dict(input_ids=ids)
    form = options.get("mask", "2d")
    if form == "2d":
        inputs["attention_mask"] = mask
    elif form in ("4d", "4d_float"):
        allowed = torch.ones(length, length).tril().bool()[None, None] & (torch.rand(batch, 1, length, length, generator=generator) > 0.2)
        allowed = allowed | torch.eye(length).bool()
        inputs["attention_mask"] = allowed if form == "4d" else torch.where(allowed, 0.0, -1e4)
    default = ["token_type_ids"] if isinstance(model, BertModel) or getattr(config, "type_vocab_size", 0) else []
    for extra in options.get("inputs", default):
        if extra == "token_type_ids":
            types = getattr(config, "type_vocab_size", config.vocab_size)
            inputs[extra] = torch.randint(0, types, ids.shape, generator=generator)
        elif extra == "position_ids":
            inputs[extra] = torch.randint(0, config.max_position_embeddings, ids.shape, generator=generator)
        elif extra == "packed_position_ids":
            inputs["position_ids"] = torch.tensor([[0, 1, 2, 3, 0, 1, 2, 0, 1], [0, 1, 0, 1, 2, 3, 4, 5, 6]])
        elif extra == "inputs_embeds":
            inputs[extra] = torch.randn(*ids.shape, config.hidden_size, generator=generator)
            del inputs["input_ids"]
    if model.config.model_type in ENCODER_DECODERS and options.get("inputs") != ["shifted"]:
        inputs["decoder_input_ids"] = torch.randint(3, config.vocab_size, (batch, options.get("target", 5)), generator=generator)
    if past:
        # The first tokens go through the model; what it caches is an input of the rest.
        first = {k: v[:, :past] for k, v in inputs.items()}
        with torch.no_grad():
            cache = model(**first, use_cache=True).past_key_values
        inputs = {k: v if k == "attention_mask" else v[:, past:] for k, v in inputs.items()}
        if isinstance(model, (Gemma2ForCausalLM, LlamaForCausalLM, MistralForCausalLM, GPT2LMHeadModel)) and "position_ids" not in inputs:
            positions = (mask.cumsum(-1) - 1).masked_fill(mask == 0, 0) if "attention_mask" in inputs else torch.arange(total)[None]
            inputs["position_ids"] = positions[:, past:].contiguous()
        inputs["past_key_values"] = cache
    return inputs


def make_picture_inputs(config, options, generator):
    """Rows of words (a number of them), images and videos ((t, h, w), videos as ("video", t, h, w)), padded on one side."""
    vision = config.vision_config
    rows, types, grids = [], [], {1: [], 2: []}
    for row in options["rows"]:
        ids, kinds = [], []
        for part in row:
            if isinstance(part, int):
                ids += torch.randint(3, 90, (part,), generator=generator).tolist()
                kinds += [0] * part
                continue
            kind, grid = (2, part[1:]) if part[0] == "video" else (1, part)
            count = grid[0] * grid[1] * grid[2] // vision.spatial_merge_size**2
            ids += [config.video_token_id if kind == 2 else config.image_token_id] * count
            kinds += [kind] * count
            grids[kind].append(grid)
        rows.append(ids)
        types.append(kinds)
    longest = max(map(len, rows))
    def padded(row, value):
        rest = [value] * (longest - len(row))
        return rest + row if options.get("pad") == "left" else row + rest
    inputs = dict(input_ids=torch.tensor([padded(row, 0) for row in rows]), mm_token_type_ids=torch.tensor([padded(row, 0) for row in types]))
    if options.get("mask", "2d"):
        inputs["attention_mask"] = torch.tensor([padded([1] * len(row), 0) for row in rows])
    elements = vision.in_channels * vision.temporal_patch_size * vision.patch_size**2
    for kind, pixels, name in ((1, "pixel_values", "image_grid_thw"), (2, "pixel_values_videos", "video_grid_thw")):
        if grids[kind]:
            inputs[name] = torch.tensor(grids[kind])
            inputs[pixels] = torch.randn(int(inputs[name].prod(-1).sum()), elements, generator=generator)
    return inputs


def write_case(folder, model, inputs, options, seed, name):
    folder.mkdir(parents=True, exist_ok=True)
    if "attn" in options:
        model.set_attn_implementation(options["attn"])
    double = as_double_model(model)
    model.save_pretrained(folder)
    if "attn" in options:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**config, "attn_implementation": options["attn"]}, indent=2))
    old = options.get("old")
    if old:
        config = json.loads((folder / "config.json").read_text())
        del config["rope_parameters"]
        (folder / "config.json").write_text(json.dumps({**config, **old}, indent=2))
        for target in (model, double):
            target.load_state_dict(target.state_dict())
        model = type(model).from_pretrained(folder).eval()
        double = as_double_model(model)
    caches = model.can_generate() or getattr(model.config, "is_decoder", False)
    kwargs = options.get("kwargs", dict(use_cache=True) if caches else {})
    tensors, _ = split_kwargs(inputs)
    save_file(tensors, folder / "inputs.safetensors")
    expected, worst = call(model, double, inputs, kwargs)
    save_file(expected, folder / "expected.safetensors")
    with torch.no_grad():
        hidden = leaves(model(**copy.deepcopy(inputs), **kwargs, output_hidden_states=True))
    save_file({name: state for name, state in hidden.items() if "hidden_states." in name}, folder / "hidden.safetensors")
    case_json = dict(name=name, library="transformers", model_type=model.config.model_type, **{"class": type(model).__name__},
                     transformers_version=transformers.__version__, torch_version=torch.__version__.split("+")[0], seed=seed,
                     dtype="float32", mode="eval", attn_implementation=model.config._attn_implementation, forward_kwargs=kwargs,
                     inputs=facts(tensors), outputs=facts(expected))
    if options.get("pad") == "left":
        case_json["compare"] = "unmasked"
    if model.can_generate() and options.get("generate", True):
        plain = model.config.model_type not in ENCODER_DECODERS and "pixel_values" not in inputs and "pixel_values_videos" not in inputs
        if not plain:
            worst = max(worst, record_other_generation(model, double, folder, case_json, inputs))
        else:
            worst = max(worst, record_generation(model, double, folder, case_json, seed, options.get("eos", False)))
        if "static" in options:
            worst = max(worst, record_static_cache(model, double, folder, case_json, options["static"]))
        if options.get("eos"):
            model.generation_config.save_pretrained(folder)
    case_json["tolerance"] = dict(fp32_fp64_max_abs=worst, atol=max(1e-5, 10 * worst), rtol=1e-4)
    (folder / "case.json").write_text(json.dumps(case_json, indent=1))


def make_config(config_class, family, fields, options):
    fields = {**SMALL[family], **fields}
    if family == "llava":
        text = options.get("text", "llama")
        fields["text_config"] = CLASSES[text][0](**{**SMALL[text], "num_hidden_layers": 1})
        fields["vision_config"] = CLIPVisionConfig(hidden_size=16, intermediate_size=20, num_hidden_layers=3, num_attention_heads=2, image_size=16,
                                                   patch_size=4)
    if family == "qwen2_vl":
        fields["text_config"] = dict(vocab_size=96, hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2,
                                     num_key_value_heads=1, max_position_embeddings=96, rope_parameters=dict(rope_type="default",
                                     rope_theta=1000.0, mrope_section=[1, 1, 2]), **TOKENS)
        fields["vision_config"] = {**dict(depth=1, embed_dim=16, hidden_size=16, mlp_ratio=2, num_heads=2, patch_size=2), **options.get("vision", {})}
        fields["text_config"].update(options.get("text", {}))
    return config_class(**fields)


def seed_of(name):
    """A case's own seed, whatever stands beside it: the one that its fixture was made with, else one that follows from its name."""
    recorded = FIXTURES / name / "case.json"
    return json.loads(recorded.read_text())["seed"] if recorded.exists() else zlib.crc32(name.encode())


def make(out, names):
    for name, (family, fields, options) in CASES.items():
        if names and name not in names:
            continue
        config_class, model_class = CLASSES[family]
        seed = seed_of(name)
        torch.manual_seed(seed)
        model = seeded(model_class(make_config(config_class, family, fields, options)), seed).eval()
        write_case(pathlib.Path(out) / name, model, make_inputs(model, options, seed), options, seed, name)
        print(name)


def again(folder):
    """Prints how far today's libraries are from what the folder records."""
    folder = pathlib.Path(folder)
    recorded = json.loads((folder / "case.json").read_text())
    model = getattr(transformers, recorded["class"]).from_pretrained(folder).eval()
    inputs = load_file(folder / "inputs.safetensors")
    with torch.no_grad():
        outputs = leaves(model(**inputs, **recorded["forward_kwargs"]))
    print(folder.name, "forward", difference(load_file(folder / "expected.safetensors"), outputs))
    if "generate" in recorded:
        for name in ("generate", "generate_batch"):
            prompt = load_file(folder / recorded[name]["inputs"])
            sequences = model.generate(**prompt, max_new_tokens=recorded[name]["max_new_tokens"], do_sample=False)
            print(folder.name, name, "same" if sequences.tolist() == recorded[name]["sequences"] else "DIFFERENT")


def as_type(value, dtype):
    if isinstance(value, dict):
        return {name: as_type(part, dtype) for name, part in value.items()}
    return value.to(dtype) if value.is_floating_point() else value


def halves(folder):
    """Outputs of forward in both half types, named "float16.logits" and so on: weights and inputs are rounded, and no cache is kept."""
    folder = pathlib.Path(folder)
    recorded = json.loads((folder / "case.json").read_text())
    inputs = {name: tensor for name, tensor in load_file(folder / "inputs.safetensors").items() if "." not in name}
    attn = json.loads((folder / "config.json").read_text()).get("attn_implementation")
    answers = {}
    for dtype in (torch.float16, torch.bfloat16):
        model = getattr(transformers, recorded["class"]).from_pretrained(folder, dtype=dtype, **(dict(attn_implementation=attn) if attn else {})).eval()
        with torch.no_grad():
            outputs = leaves(model(**as_type(inputs, dtype), **recorded["forward_kwargs"]))
        for name, tensor in outputs.items():
            if not name.startswith(("past_key_values.", "cache_params.")):
                answers[f"{str(dtype).removeprefix('torch.')}.{name}"] = tensor
    save_file(answers, folder / "halves.safetensors")
    print(folder.name, "halves", len(answers))


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "make":
        make(sys.argv[2], set(sys.argv[3:]))
    elif len(sys.argv) > 2 and sys.argv[1] == "again":
        for path in sys.argv[2:]:
            again(path)
    elif len(sys.argv) > 2 and sys.argv[1] == "halves":
        for path in sys.argv[2:]:
            halves(path)
    else:
        sys.exit(__doc__)
