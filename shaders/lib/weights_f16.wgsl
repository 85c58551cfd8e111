// Eight consecutive weights stored as f16: one 16-byte load, unpacked without the shader-f16 feature.
const WEIGHT_VECTORS = 1u;
struct Eight { lo: vec4f, hi: vec4f }
fn weight_unit(unit: u32) -> Eight {
  let packed = weight[unit];
  return Eight(
    vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y)),
    vec4f(unpack2x16float(packed.z), unpack2x16float(packed.w)),
  );
}
