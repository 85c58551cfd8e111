// Eight consecutive weights stored as f16: one 16-byte load, converted by the shader-f16 feature.
enable f16;
const WEIGHT_VECTORS = 1u;
struct Eight { lo: vec4f, hi: vec4f }
alias Raw = vec4u;
fn raw_at(unit: u32) -> Raw { return weight[unit]; }
fn eight_of(raw: Raw) -> Eight {
  return Eight(vec4f(bitcast<vec4<f16>>(raw.xy)), vec4f(bitcast<vec4<f16>>(raw.zw)));
}
