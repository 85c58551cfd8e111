// Which cached slots a query may see: causal, inside the sliding window when WINDOW > 0, and not padding when MASKED.
const HIDDEN = -1e30; // score of a hidden slot: finite, so that a row that sees nothing stays free of NaN
override MASKED: bool = false;
override WINDOW: u32 = 0u;

fn visible(sequence: u32, query_slot: u32, key_slot: u32) -> bool {
  var ok = key_slot <= query_slot;
  if (WINDOW > 0u) {
    ok = ok && key_slot + WINDOW > query_slot;
  }
  if (MASKED) {
    ok = ok && slot_mask[sequence * capacity() + key_slot] != 0u;
  }
  return ok;
}
