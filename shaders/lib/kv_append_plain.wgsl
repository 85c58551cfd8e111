// Writes `value`, which is four elements of a new token's k or v, to its row of the cache.
fn append_key(row: u32, unit: u32, value: vec4f, sequence: u32, base: u32, scale: f32) {
  keys[row * UNITS + unit] = kv_pack(value);
}

fn append_value(row: u32, unit: u32, value: vec4f, base: u32) {
  values[row * UNITS + unit] = kv_pack(value);
}
