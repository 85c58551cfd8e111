// Moves rows of a checkpoint tensor into intab's weight layout: rows padded with zeros to a multiple of 8 columns, converted to the
// dtype of the destination. One invocation makes 8 weights. Also keeps the largest magnitude seen, for checking the range of f16.
// Dispatch: (ceil(units / 64), rows).

// @use batch
// @use batch_source
// @use bf16
override DESTINATION: u32;

@group(0) @binding(2) var<storage, read_write> destination: array<vec4u>; // [N, K]
@group(0) @binding(3) var<storage, read_write> largest: atomic<u32>; // bits of the largest |w|

fn pack_pair(a: f32, b: f32) -> u32 {
  if (DESTINATION == 1u) {
    return pack2x16float(vec2f(a, b));
  }
  return to_bf16(a) | (to_bf16(b) << 16u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let row = destination_row(at.y);
  let vectors = select(1u, 2u, DESTINATION == 0u); // of a unit
  if (at.x >= batch.units || row >= arrayLength(&destination) / (batch.units * vectors)) {
    return;
  }
  var w = array<f32, 8>();
  var biggest = 0.0;
  for (var i = 0u; i < 8u; i++) {
    w[i] = source_element(at.y, at.x * 8u + i);
    biggest = max(biggest, abs(w[i]));
  }
  if (DESTINATION == 1u && SOURCE != 1u) {
    atomicMax(&largest, bitcast<u32>(biggest));
  }
  let unit = row * batch.units + at.x;
  if (DESTINATION == 0u) {
    destination[2u * unit] = bitcast<vec4u>(vec4f(w[0], w[1], w[2], w[3]));
    destination[2u * unit + 1u] = bitcast<vec4u>(vec4f(w[4], w[5], w[6], w[7]));
  } else {
    destination[unit] = vec4u(pack_pair(w[0], w[1]), pack_pair(w[2], w[3]), pack_pair(w[4], w[5]), pack_pair(w[6], w[7]));
  }
}
