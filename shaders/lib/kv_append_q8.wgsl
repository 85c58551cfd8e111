// Writes `value`, which is four elements of a new token's k or v, to its row of the cache. Whoever writes one unit looks at all that
// share its scale; the first of them writes the scale.
fn group_scale(is_key: bool, unit: u32, sequence: u32, base: u32, scale: f32) -> f32 {
  let first = unit - unit % SHARERS;
  var largest = vec4f(1e-30);
  for (var i = first; i < min(first + SHARERS, UNITS); i++) {
    if (is_key) {
      largest = max(largest, abs(rotated4(sequence, base, i, HEAD_DIM, scale)));
    } else {
      largest = max(largest, abs(plain4(base, i)));
    }
  }
  return max(max(largest.x, largest.y), max(largest.z, largest.w)) / 127.0;
}

fn append_key(row: u32, unit: u32, value: vec4f, sequence: u32, base: u32, scale: f32) {
  let step_size = group_scale(true, unit, sequence, base, scale);
  keys[quants_at(row, unit)] = kv_pack(value, step_size);
  if (unit % SHARERS == 0u) {
    keys[scale_at(row, unit)] = bitcast<u32>(step_size);
  }
}

fn append_value(row: u32, unit: u32, value: vec4f, base: u32) {
  let step_size = group_scale(false, unit, 0u, base, 0.0);
  values[quants_at(row, unit)] = kv_pack(value, step_size);
  if (unit % SHARERS == 0u) {
    values[scale_at(row, unit)] = bitcast<u32>(step_size);
  }
}
