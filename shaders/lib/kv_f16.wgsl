// KV cache stored as f16 pairs, four elements at a time; needs no feature.
alias KvVector = vec2u;
fn kv_load(value: KvVector) -> vec4f { return vec4f(unpack2x16float(value.x), unpack2x16float(value.y)); }
fn kv_store(value: vec4f) -> KvVector { return vec2u(pack2x16float(value.xy), pack2x16float(value.zw)); }
