"""Pure, fast tests: fakes instead of patches, no sleep, milliseconds each."""
