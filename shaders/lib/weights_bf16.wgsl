// Eight consecutive weights stored as bfloat16, the upper half of an f32: one 16-byte load, exact.
const WEIGHT_VECTORS = 1u;
struct Eight { lo: vec4f, hi: vec4f }
alias Raw = vec4u;
fn raw_at(unit: u32) -> Raw { return weight[unit]; }
fn eight_of(raw: Raw) -> Eight {
  let even = bitcast<vec4f>(raw << vec4u(16u));
  let odd = bitcast<vec4f>(raw & vec4u(0xffff0000u));
  return Eight(vec4f(even.x, odd.x, even.y, odd.y), vec4f(even.z, odd.z, even.w, odd.w));
}
