"""The decoders in training form: Llama, Qwen2-MoE and HunYuan-MoE with the heads of transformers' classes, attention kept
inside each document of a packed row.

All experts of a layer are computed as one wide MLP whose hidden values are multiplied by their expert's routing weight, 0
where it was not chosen. `checkpoint` gives the tensors as `from_pretrained` reads them, `load_checkpoint` reads them back.
"""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention.flex_attention import create_block_mask, flex_attention

IGNORE = -100
HEADS = ("causal", "token", "sequence", "qa")


class Norm(nn.Module):
    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight.to(x.dtype), self.eps)


def _rotate(x, cos, sin):  # x [B, heads, T, D]
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Attention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        width, self.heads, self.kv_heads, self.head_dim = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"], head_dim(config)
        bias = config.get("attention_bias", False)
        qkv_bias = config.get("qkv_bias", True) if config["model_type"] == "qwen2_moe" else bias
        self.q_proj = nn.Linear(width, self.heads * self.head_dim, bias=qkv_bias)
        self.k_proj = nn.Linear(width, self.kv_heads * self.head_dim, bias=qkv_bias)
        self.v_proj = nn.Linear(width, self.kv_heads * self.head_dim, bias=qkv_bias)
        self.o_proj = nn.Linear(self.heads * self.head_dim, width, bias=bias)
        if config["model_type"] == "hunyuan_v1_moe":
            self.query_layernorm, self.key_layernorm = (Norm(self.head_dim, config["rms_norm_eps"]) for _ in range(2))
        else:
            self.query_layernorm = self.key_layernorm = nn.Identity()

    def forward(self, x, cos, sin, mask):
        B, T, _ = x.shape
        q, k, v = (f(x).view(B, T, -1, self.head_dim).transpose(1, 2) for f in (self.q_proj, self.k_proj, self.v_proj))
        q, k = self.query_layernorm(_rotate(q, cos, sin)), self.key_layernorm(_rotate(k, cos, sin))
        if isinstance(mask, torch.Tensor):
            k, v = (t.repeat_interleave(self.heads // self.kv_heads, 1) for t in (k, v))
            out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        else:
            out = flex_attention(q, k, v, block_mask=mask, enable_gqa=True)
        return self.o_proj(out.transpose(1, 2).reshape(B, T, -1))


class Mlp(nn.Module):
    def __init__(self, width: int, inner: int, bias: bool = False):
        super().__init__()
        self.gate_proj = nn.Linear(width, inner, bias=bias)
        self.up_proj = nn.Linear(width, inner, bias=bias)
        self.down_proj = nn.Linear(inner, width, bias=bias)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Experts(nn.Module):
    """Stacks of the experts' matrices, [experts, rows, columns]."""

    def __init__(self, count: int, width: int, inner: int):
        super().__init__()
        self.gate_proj = nn.Parameter(torch.empty(count, inner, width))
        self.up_proj = nn.Parameter(torch.empty(count, inner, width))
        self.down_proj = nn.Parameter(torch.empty(count, width, inner))

    def forward(self, x, weights):  # weights [B, T, experts]
        gate, up = (F.linear(x, w.flatten(0, 1)) for w in (self.gate_proj, self.up_proj))
        hidden = (F.silu(gate) * up).unflatten(-1, (weights.shape[-1], -1)) * weights[..., None].to(gate.dtype)
        return F.linear(hidden.flatten(-2), self.down_proj.transpose(0, 1).flatten(1))


class Moe(nn.Module):
    """Gives the output and the layer's load-balancing loss."""

    def __init__(self, config: dict):
        super().__init__()
        width, count = config["hidden_size"], config["num_experts"]
        self.hunyuan = config["model_type"] == "hunyuan_v1_moe"
        self.chosen = config["moe_topk" if self.hunyuan else "num_experts_per_tok"]
        self.normalize = self.hunyuan or config.get("norm_topk_prob", False)
        if self.hunyuan:
            self.gate = nn.Module()
            self.gate.wg = nn.Linear(width, count, bias=False)
            self.experts, self.shared_mlp = Experts(count, width, config["intermediate_size"]), Mlp(width, config["intermediate_size"])
        else:
            self.gate = nn.Linear(width, count, bias=False)
            self.experts, self.shared_expert = Experts(count, width, config["moe_intermediate_size"]), Mlp(width, config["shared_expert_intermediate_size"])
            self.shared_expert_gate = nn.Linear(width, 1, bias=False)

    def forward(self, x):
        probabilities = F.softmax((self.gate.wg if self.hunyuan else self.gate)(x), -1, dtype=torch.float)
        best, index = probabilities.topk(self.chosen, -1)
        if self.normalize:
            best = best / best.sum(-1, keepdim=True)
        weights = torch.zeros_like(probabilities).scatter(-1, index, best)
        shared = self.shared_mlp(x) if self.hunyuan else torch.sigmoid(self.shared_expert_gate(x)) * self.shared_expert(x)
        balance = ((weights > 0).float().mean((0, 1)) * probabilities.mean((0, 1))).sum() * weights.shape[-1]
        return self.experts(x, weights) + shared, balance


class Layer(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = (Norm(config["hidden_size"], config["rms_norm_eps"]) for _ in range(2))
        self.self_attn = Attention(config)
        self.mlp = Mlp(config["hidden_size"], config["intermediate_size"], config.get("mlp_bias", False)) if config["model_type"] == "llama" else Moe(config)

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        out = self.mlp(self.post_attention_layernorm(x))
        out, balance = out if isinstance(out, tuple) else (out, 0.0)
        return x + out, balance


class Body(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = Norm(config["hidden_size"], config["rms_norm_eps"])
        inverse = config["rope_theta"] ** (-torch.arange(0, head_dim(config), 2, dtype=torch.float32) / head_dim(config))
        angles = torch.outer(torch.arange(config["max_position_embeddings"], dtype=torch.float32), inverse).repeat(1, 2)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, ids, documents, mask):
        x = self.embed_tokens(ids)
        if torch.is_autocast_enabled(x.device.type):
            x = x.bfloat16()
        places = positions(documents)
        cos, sin = (t[places][:, None].to(x.dtype) for t in (self.cos, self.sin))
        balances = 0.0
        for layer in self.layers:
            x, balance = layer(x, cos, sin, mask)
            balances = balances + balance
        return self.norm(x), balances / len(self.layers)


class Decoder(nn.Module):
    """`forward` gives the head's outputs for every token ([B, T, vocabulary, labels, or 2 for start and end]), or with labels the loss.

    `labels` (the number of classes) is read by the heads `token` and `sequence` only.
    """

    def __init__(self, config: dict, head: str, labels: int = 0):
        super().__init__()
        assert head in HEADS, head
        self.config, self.head = config, head
        self.body_name = "transformer" if (head, config["model_type"]) == ("qa", "llama") else "model"
        setattr(self, self.body_name, Body(config))
        width = config["hidden_size"]
        if head == "causal" and not config.get("tie_word_embeddings", False):
            self.lm_head = nn.Linear(width, config["vocab_size"], bias=False)
        elif head == "qa":
            self.qa_outputs = nn.Linear(width, 2)
        elif head != "causal":
            self.score = nn.Linear(width, labels, bias=head == "token")
        self._init()

    def _init(self) -> None:
        for name, p in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(p)
            elif p.dim() >= 2:
                nn.init.normal_(p, std=p.shape[-1] ** -0.5 if "layers" in name else 0.02)
                if "o_proj" in name or "down_proj" in name:
                    p.data.mul_((2 * self.config["num_hidden_layers"]) ** -0.5)

    def forward(self, ids, documents, mask, labels=None):
        body = getattr(self, self.body_name)
        hidden, balance = body(ids, documents, mask)
        if self.head == "qa":
            out = self.qa_outputs(hidden)
        elif self.head == "causal":
            out = self.lm_head(hidden) if hasattr(self, "lm_head") else F.linear(hidden, body.embed_tokens.weight.to(hidden.dtype))
        else:
            out = self.score(hidden)
        if labels is None:
            return out
        loss = _span_loss(out.float(), documents, labels) if self.head == "qa" else F.cross_entropy(out.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORE)
        return loss + self.config.get("router_aux_loss_coef", 0.01) * balance

    def checkpoint(self) -> dict[str, torch.Tensor]:
        """The parameters by the names of the saved file, where each expert has its own tensors."""
        out = {}
        for name, p in self.named_parameters():
            if ".experts." in name:
                before, _, matrix = name.rpartition(".")
                out |= {f"{before}.{i}.{matrix}.weight": expert for i, expert in enumerate(p.detach())}
            else:
                out[name] = p.detach()
        return out

    @torch.no_grad()
    def load_checkpoint(self, tensors: dict[str, torch.Tensor]) -> None:
        own = self.checkpoint()
        assert own.keys() == tensors.keys(), own.keys() ^ tensors.keys()
        for name, tensor in own.items():
            tensor.copy_(tensors[name])


def head_dim(config: dict) -> int:
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def positions(documents):
    """Of each token in its document; documents [B, T] are numbers that change where the next one starts."""
    index = torch.arange(documents.shape[1], device=documents.device).expand_as(documents)
    starts = torch.ones_like(documents, dtype=torch.bool)
    starts[:, 1:] = documents[:, 1:] != documents[:, :-1]
    return index - torch.where(starts, index, 0).cummax(1).values


def _span_loss(logits, documents, labels):
    """Cross entropy of start and end over the tokens of each document; labels are 1 at the start, 2 at the end, 3 at both."""
    B, T = documents.shape
    segments = (documents % T + torch.arange(B, device=documents.device)[:, None] * T).flatten()  # padding, -1, falls into the last
    losses = []
    for i in range(2):
        own = logits[..., i].flatten()
        peak = torch.full_like(own, float("-inf")).scatter_reduce(0, segments, own.detach(), "amax")
        total = torch.zeros_like(own).index_add(0, segments, (own - peak[segments]).exp())
        log_probabilities = own - (peak + total.clamp_min(1e-30).log())[segments]
        marked = ((labels.flatten() >> i) & 1) * (documents.flatten() >= 0)
        losses.append(-(log_probabilities * marked).sum() / marked.sum().clamp_min(1))
    return (losses[0] + losses[1]) / 2


def document_mask(documents, causal: bool, flex: bool):
    """Attention inside each document of a packed row, to all of its tokens or to the earlier ones."""
    B, T = documents.shape
    if not flex:
        allowed = documents[:, :, None] == documents[:, None, :]
        return (allowed.tril() if causal else allowed)[:, None]

    def within(b, h, q, kv):
        return documents[b, q] == documents[b, kv]

    def before(b, h, q, kv):
        return (q >= kv) & (documents[b, q] == documents[b, kv])

    return _block_mask(before if causal else within, B, None, T, T, device=documents.device)


_block_mask = torch.compile(create_block_mask, dynamic=False)
