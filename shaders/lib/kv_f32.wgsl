// KV cache stored as f32, four elements at a time.
alias KvElement = vec4f;
fn kv_unpack(stored: KvElement) -> vec4f { return stored; }
fn kv_pack(value: vec4f) -> KvElement { return value; }
