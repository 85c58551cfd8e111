// Eight consecutive weights stored as f16: one 16-byte load, unpacked without the shader-f16 feature.
const WEIGHT_VECTORS = 1u;
struct Eight { lo: vec4f, hi: vec4f }
alias Raw = vec4u;
fn raw_at(unit: u32) -> Raw { return weight[unit]; }
fn eight_of(raw: Raw) -> Eight {
  return Eight(
    vec4f(unpack2x16float(raw.x), unpack2x16float(raw.y)),
    vec4f(unpack2x16float(raw.z), unpack2x16float(raw.w)),
  );
}
