// Eight weights that are f16 already.
fn parts_of(raw: Raw) -> Parts {
  return Parts(array(bitcast<vec4<f16>>(raw.xy), bitcast<vec4<f16>>(raw.zw)), array<vec4<f16>, 2>());
}
