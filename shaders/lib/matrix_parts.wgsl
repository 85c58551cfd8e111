// What f16 holds of eight weights, and where W_PARTS is 2 the rest, for any weights.
fn parts_of(raw: Raw) -> Parts {
  let eight = eight_of(raw);
  let high = array(high_part(eight.lo), high_part(eight.hi));
  return Parts(
    array(vec4<f16>(high[0]), vec4<f16>(high[1])),
    array(vec4<f16>(eight.lo - high[0]), vec4<f16>(eight.hi - high[1])),
  );
}
