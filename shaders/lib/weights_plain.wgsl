// What the kernels need of weights stored as floats, beside `weight_unit`. K8 is the row's width in units of 8.
const SPAN = 8u; // weights that a lane reads at a time
const SPAN_VECTORS = 2u;

fn weight_rows() -> u32 {
  return arrayLength(&weight) / (K8 * WEIGHT_VECTORS);
}

// Σ w · x over the SPAN weights of span `span` of a row.
fn weight_dot(row: u32, span: u32, x: array<vec4f, SPAN_VECTORS>, x_sum: f32) -> f32 {
  let w = weight_unit(row * K8 + span);
  return dot(w.lo, x[0]) + dot(w.hi, x[1]);
}
