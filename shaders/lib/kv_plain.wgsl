// Four elements of a row of the cache, which is a slot of one head, in two steps: the load, and kv_unpack.
alias KvVector = KvElement;
fn load_key(row: u32, unit: u32) -> KvVector { return keys[row * UNITS + unit]; }
fn load_value(row: u32, unit: u32) -> KvVector { return values[row * UNITS + unit]; }
