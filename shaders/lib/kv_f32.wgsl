// KV cache stored as f32, four elements at a time.
alias KvVector = vec4f;
fn kv_load(value: KvVector) -> vec4f { return value; }
fn kv_store(value: vec4f) -> KvVector { return value; }
