"""intab-chat-moe as a task of common.train: intab-chat's dialogues, template and tokenizer in a Qwen2-MoE."""
from pathlib import Path

from intab_chat.task import END_ID, FILES, HEAD, LENGTH, PAD_ID, TOKENIZER_CONFIG, VOCAB_SIZE, Encoder  # noqa: F401

NAME = "intab-chat-moe"
TOKENIZER = Path(__file__).parents[3] / "demo/public/models/intab-chat"
CONFIG = {
    "architectures": ["Qwen2MoeForCausalLM"], "model_type": "qwen2_moe", "vocab_size": VOCAB_SIZE, "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 7, "num_attention_heads": 8, "num_key_value_heads": 4,
    "hidden_act": "silu", "max_position_embeddings": LENGTH, "initializer_range": 0.02, "rms_norm_eps": 1e-6, "use_cache": True, "tie_word_embeddings": True, "rope_theta": 10000.0, "qkv_bias": True, "attention_dropout": 0.0,
    "num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 64, "shared_expert_intermediate_size": 64, "norm_topk_prob": True, "decoder_sparse_step": 1, "mlp_only_layers": [], "router_aux_loss_coef": 0.01,
    "use_sliding_window": False, "pad_token_id": PAD_ID, "bos_token_id": None, "eos_token_id": END_ID, "dtype": "bfloat16",
}
