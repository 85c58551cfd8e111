// Fills a weight with pseudo-random values, uniform in ±SPREAD: for benchmarks, where no checkpoint is at hand.
// One invocation makes 8 weights, or 16 bytes of quantised ones. Dispatch: (ceil(units / 64) folded over x and y).
override DESTINATION: u32; // 0 f32, 1 f16, 2 bf16, 3 quantised
override UNITS: u32;
override SPREAD: f32 = 0.0;
override QUANT_WORDS: u32 = 0u; // of quants; the words behind them are scales
override SCALE_WORD: u32 = 0u;
override SEED: u32;

@group(0) @binding(0) var<storage, read_write> destination: array<vec4u>;

// @use hash

fn draw(i: u32) -> f32 {
  return (f32(hash(i ^ hash(SEED)) >> 8u) / 8388608.0 - 1.0) * SPREAD;
}

fn pack_pair(i: u32) -> u32 {
  let pair = vec2f(draw(i), draw(i + 1u));
  if (DESTINATION == 1u) {
    return pack2x16float(pair);
  }
  return (bitcast<u32>(pair.x) >> 16u) | (bitcast<u32>(pair.y) & 0xffff0000u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let unit = at.x + at.y * groups.x * 64u;
  if (unit >= UNITS) {
    return;
  }
  if (DESTINATION == 3u) {
    for (var j = 0u; j < 4u; j++) {
      let word = unit * 4u + j;
      destination[unit][j] = select(SCALE_WORD, hash(word ^ hash(SEED)), word < QUANT_WORDS);
    }
    return;
  }
  let i = unit * 8u;
  if (DESTINATION == 0u) {
    destination[2u * unit] = bitcast<vec4u>(vec4f(draw(i), draw(i + 1u), draw(i + 2u), draw(i + 3u)));
    destination[2u * unit + 1u] = bitcast<vec4u>(vec4f(draw(i + 4u), draw(i + 5u), draw(i + 6u), draw(i + 7u)));
  } else {
    destination[unit] = vec4u(pack_pair(i), pack_pair(i + 2u), pack_pair(i + 4u), pack_pair(i + 6u));
  }
}
