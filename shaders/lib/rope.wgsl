// Rotary position embedding of one head of a packed projection row (RoFormer, arXiv 2104.09864, halves form):
// element d < D/2 pairs with d + D/2. The cosines and sines of each row come in `step`. Elements from D on are padding.
// Optionally with RMSNorm of the head, before or after the rotation: a rotation keeps the sum of squares, so both need only
// that of the plain head. `head_gains` holds the norm's gains, D of q and D of k.
override HEAD_NORM: u32 = 0u; // 1 before the rotation, 2 after it
override HEAD_NORM_EPS: f32 = 0.0;

fn rope_pair(row: u32, frequency: u32) -> vec2f {
  let at = STEP_ROPE + (row * (HEAD_DIM / 2u) + frequency) * 2u;
  return vec2f(bitcast<f32>(step[at]), bitcast<f32>(step[at + 1u]));
}

// What a head's norm multiplies by, from its sum of squares.
fn norm_scale(row: u32, squares: f32) -> f32 {
  if (HEAD_NORM == 0u) {
    return 1.0;
  }
  let turn = rope_pair(row, 0u); // longer than 1 in embeddings that scale attention
  let length = select(1.0, dot(turn, turn), HEAD_NORM == 2u);
  return inverseSqrt(squares * length / f32(HEAD_DIM) + HEAD_NORM_EPS);
}

fn gained(base: u32, gain: u32, d: u32) -> f32 {
  if (HEAD_NORM == 1u) {
    return qkv[base + d] * head_gains[gain + d];
  }
  return qkv[base + d];
}

fn rotated(row: u32, base: u32, d: u32, gain: u32) -> f32 {
  const HALF = HEAD_DIM / 2u;
  if (d >= HEAD_DIM) {
    return 0.0;
  }
  let first = d < HALF;
  let turn = rope_pair(row, select(d - HALF, d, first));
  let other = gained(base, gain, select(d - HALF, d + HALF, first));
  let value = gained(base, gain, d) * turn.x + select(other, -other, first) * turn.y;
  if (HEAD_NORM == 2u) {
    return value * head_gains[gain + d];
  }
  return value;
}

fn plain(base: u32, d: u32) -> f32 {
  return select(0.0, qkv[base + min(d, HEAD_DIM - 1u)], d < HEAD_DIM);
}

// Elements 4 · unit … of the head that begins at `base`; its norm's gains begin at `gain`, and `scale` is what norm_scale gave.
fn rotated4(row: u32, base: u32, unit: u32, gain: u32, scale: f32) -> vec4f {
  let d = unit * 4u;
  return scale * vec4f(
    rotated(row, base, d, gain),
    rotated(row, base, d + 1u, gain),
    rotated(row, base, d + 2u, gain),
    rotated(row, base, d + 3u, gain),
  );
}

fn plain4(base: u32, unit: u32) -> vec4f {
  let d = unit * 4u;
  return vec4f(plain(base, d), plain(base, d + 1u), plain(base, d + 2u), plain(base, d + 3u));
}
