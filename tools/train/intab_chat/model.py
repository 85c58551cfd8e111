"""The Llama in training form: parameter names as in transformers' LlamaForCausalLM, attention kept inside each packed dialogue."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 3072, "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 32,
    "hidden_act": "silu", "max_position_embeddings": 1024, "initializer_range": 0.02, "rms_norm_eps": 1e-5, "use_cache": True, "tie_word_embeddings": True, "rope_theta": 10000.0, "attention_bias": False, "attention_dropout": 0.0,
    "mlp_bias": False, "pad_token_id": 0, "bos_token_id": None, "eos_token_id": 2, "dtype": "bfloat16",
}
GENERATION = {"do_sample": False, "eos_token_id": 2, "pad_token_id": 0, "max_new_tokens": 320}

M, H, K, D, L = CONFIG["hidden_size"], CONFIG["num_attention_heads"], CONFIG["num_key_value_heads"], CONFIG["head_dim"], CONFIG["num_hidden_layers"]
EPS = CONFIG["rms_norm_eps"]


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(M))

    def forward(self, x):
        return F.rms_norm(x, (M,), self.weight.to(x.dtype), EPS)


def _rotate(x, cos, sin):  # x [B, heads, T, D]
    half = D // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = nn.Linear(M, H * D, bias=False)
        self.k_proj = nn.Linear(M, K * D, bias=False)
        self.v_proj = nn.Linear(M, K * D, bias=False)
        self.o_proj = nn.Linear(H * D, M, bias=False)

    def forward(self, x, cos, sin, mask):
        B, T, _ = x.shape
        q = _rotate(self.q_proj(x).view(B, T, H, D).transpose(1, 2), cos, sin)
        k = _rotate(self.k_proj(x).view(B, T, K, D).transpose(1, 2), cos, sin)
        v = self.v_proj(x).view(B, T, K, D).transpose(1, 2)
        if isinstance(mask, torch.Tensor):
            k, v = (t.repeat_interleave(H // K, 1) for t in (k, v))
            out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            out = flex_attention(q, k, v, block_mask=mask, enable_gqa=True)
        return self.o_proj(out.transpose(1, 2).reshape(B, T, H * D))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        F_ = CONFIG["intermediate_size"]
        self.gate_proj = nn.Linear(M, F_, bias=False)
        self.up_proj = nn.Linear(M, F_, bias=False)
        self.down_proj = nn.Linear(F_, M, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(), Norm()
        self.self_attn, self.mlp = Attention(), Mlp()

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(CONFIG["vocab_size"], M)
        self.layers = nn.ModuleList(Layer() for _ in range(L))
        self.norm = Norm()


class Llama(nn.Module):
    def __init__(self, length: int):
        super().__init__()
        self.model = Body()
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02 if "embed" in name else p.shape[1] ** -0.5)
                if name.endswith(("o_proj.weight", "down_proj.weight")):
                    p.data.mul_((2 * L) ** -0.5)
        inverse = CONFIG["rope_theta"] ** (-torch.arange(0, D, 2, dtype=torch.float32) / D)
        angles = torch.outer(torch.arange(length, dtype=torch.float32), inverse).repeat(1, 2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, ids, mask, labels=None):
        x = self.model.embed_tokens(ids)
        if torch.is_autocast_enabled("cuda"):
            x = x.bfloat16()
        cos, sin = (t[: ids.shape[1]].to(x.dtype) for t in (self.cos, self.sin))
        for layer in self.model.layers:
            x = layer(x, cos, sin, mask)
        logits = F.linear(self.model.norm(x), self.model.embed_tokens.weight.to(x.dtype))
        if labels is None:
            return logits
        return F.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=-100)


def document_mask(documents, flex: bool):
    """Causal attention inside each dialogue of a packed row."""
    B, T = documents.shape
    if not flex:
        allowed = (documents[:, :, None] == documents[:, None, :]).tril()
        return torch.zeros(B, 1, T, T, dtype=torch.bfloat16, device=documents.device).masked_fill_(~allowed[:, None], -1e30)

    def rule(b, h, q, kv):
        return (q >= kv) & (documents[b, q] == documents[b, kv])

    return _block_mask(rule, B, None, T, T, device=documents.device)


_block_mask = torch.compile(create_block_mask, dynamic=False)
