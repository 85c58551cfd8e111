// Eight consecutive weights stored as f16: one 16-byte load, converted by the shader-f16 feature.
enable f16;
const WEIGHT_VECTORS = 1u;
struct Eight { lo: vec4f, hi: vec4f }
fn weight_unit(unit: u32) -> Eight {
  let packed = weight[unit];
  return Eight(vec4f(bitcast<vec4<f16>>(packed.xy)), vec4f(bitcast<vec4<f16>>(packed.zw)));
}
