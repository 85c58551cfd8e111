// Writes `value`, which is four elements of a new token's k or v, to its row of the cache. Whoever writes one unit looks at all that
// share its scale; the first of them writes the scale.
fn scale_of(largest: vec4f) -> f32 {
  let pair = max(largest.xy, largest.zw);
  return max(max(pair.x, pair.y), 1e-30) / 127.0;
}

fn append_key(row: u32, unit: u32, value: vec4f, sequence: u32, base: u32, scale: f32) {
  let first = unit - unit % SHARERS;
  var largest = vec4f(0.0);
  for (var i = first; i < min(first + SHARERS, UNITS); i++) {
    largest = max(largest, abs(rotated4(sequence, base, i, HEAD_DIM, scale)));
  }
  let group_scale = scale_of(largest);
  keys[quants_at(row, unit)] = kv_pack(value, group_scale);
  if (unit == first) {
    keys[scale_at(row, unit)] = bitcast<u32>(group_scale);
  }
}

fn append_value(row: u32, unit: u32, value: vec4f, base: u32) {
  let first = unit - unit % SHARERS;
  var largest = vec4f(0.0);
  for (var i = first; i < min(first + SHARERS, UNITS); i++) {
    largest = max(largest, abs(plain4(base, i)));
  }
  let group_scale = scale_of(largest);
  values[quants_at(row, unit)] = kv_pack(value, group_scale);
  if (unit == first) {
    values[scale_at(row, unit)] = bitcast<u32>(group_scale);
  }
}
