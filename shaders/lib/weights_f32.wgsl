// Eight consecutive weights stored as f32: two 16-byte loads.
const WEIGHT_VECTORS = 2u;
struct Eight { lo: vec4f, hi: vec4f }
fn weight_unit(unit: u32) -> Eight {
  return Eight(bitcast<vec4f>(weight[2u * unit]), bitcast<vec4f>(weight[2u * unit + 1u]));
}
