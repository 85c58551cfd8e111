"""What every model here shares: the decoder in training form, the optimizer, the tokenizer, packing, the loop, the check."""
