// KV cache stored as f16 pairs, four elements at a time; needs no feature.
alias KvElement = vec2u;
fn kv_unpack(stored: KvElement) -> vec4f { return vec4f(unpack2x16float(stored.x), unpack2x16float(stored.y)); }
fn kv_pack(value: vec4f) -> KvElement { return vec2u(pack2x16float(value.xy), pack2x16float(value.zw)); }
