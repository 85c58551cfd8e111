// Rotary position embedding of one head of a packed projection row (RoFormer, arXiv 2104.09864, halves form):
// element d < D/2 pairs with d + D/2. The cosines and sines of each row come in `step`. Elements from D on are padding.
fn rope_pair(row: u32, frequency: u32) -> vec2f {
  let at = STEP_ROPE + (row * (HEAD_DIM / 2u) + frequency) * 2u;
  return vec2f(bitcast<f32>(step[at]), bitcast<f32>(step[at + 1u]));
}

fn rotated(row: u32, base: u32, d: u32) -> f32 {
  const HALF = HEAD_DIM / 2u;
  if (d >= HEAD_DIM) {
    return 0.0;
  }
  let first = d < HALF;
  let turn = rope_pair(row, select(d - HALF, d, first));
  let other = qkv[base + select(d - HALF, d + HALF, first)];
  return qkv[base + d] * turn.x + select(other, -other, first) * turn.y;
}

fn plain(base: u32, d: u32) -> f32 {
  return select(0.0, qkv[base + min(d, HEAD_DIM - 1u)], d < HEAD_DIM);
}

fn rotated4(row: u32, base: u32, unit: u32) -> vec4f {
  let d = unit * 4u;
  return vec4f(rotated(row, base, d), rotated(row, base, d + 1u), rotated(row, base, d + 2u), rotated(row, base, d + 3u));
}

fn plain4(base: u32, unit: u32) -> vec4f {
  let d = unit * 4u;
  return vec4f(plain(base, d), plain(base, d + 1u), plain(base, d + 2u), plain(base, d + 3u));
}
