enable f16;

const LARGEST = vec4f(65504.0); // of f16

// What f16 holds of a value exactly, by its bits: a compiler may take converting there and back for nothing.
fn high_part(value: vec4f) -> vec4f {
  return clamp(bitcast<vec4f>(bitcast<vec4u>(value) & vec4u(0xffffe000u)), -LARGEST, LARGEST);
}
